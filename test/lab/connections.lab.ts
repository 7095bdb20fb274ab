import { expect } from 'chai';
import { hostExec } from '../../engine/lab/control.ts';
import { labUp } from '../../engine/lab/lab.ts';
import { labPaths } from '../../engine/lab/paths.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import { Connections } from '../../engine/transport/pool.ts';
import type { Become, Target } from '../../engine/transport/types.ts';
import { openCluster } from './cluster.ts';

/** What test/transport checks with its own server, against a real sshd. */
describe('connections to an sshd that allows little', function () {
  this.timeout(120_000);
  const host = 'k8s-worker-1';
  let options: LabOptions;
  let target: Target;

  before(async () => {
    const cluster = await openCluster();
    await cluster.close();
    ({ options } = cluster);
    await labUp(options);
    const { listen, port } = options.hosts.find(({ name }) => name === host)!;
    const { key, knownHosts } = labPaths(options);
    target = {
      name: host,
      kind: 'ssh',
      address: listen,
      port,
      user: 'debian',
      privateKeyFile: key,
      knownHostsFiles: [knownHosts],
      hostKeyChecking: 'strict',
      connectTimeoutSeconds: 30,
      unset: [],
    };
  });

  /** Puts a setting first in sshd's configuration, where the first value wins. */
  async function allow(setting: string, use: () => Promise<void>): Promise<void> {
    const file = '/etc/ssh/sshd_config.d/00-test.conf';
    const sh = async (script: string): Promise<void> => {
      const { code, stderr } = await hostExec(options, host, ['sh', '-c', `${script} && systemctl reload ssh`]);
      expect(code, stderr).to.equal(0);
    };
    await sh(`echo '${setting}' >${file}`);
    try {
      await use();
    } finally {
      await sh(`rm ${file}`);
    }
  }

  it('are all made, however many start at once', () =>
    allow('MaxStartups 3:30:5', async () => {
      const login = async (): Promise<string> => {
        const connections = new Connections();
        try {
          const [output] = await (await (await connections.get(target)).shell()).run([{ text: 'echo in' }]);
          return output!.stdout.toString();
        } finally {
          await connections.closeAll();
        }
      };
      const all = await Promise.all(Array.from({ length: 20 }, login));
      expect(all).to.deep.equal(all.map(() => 'in\n'));
    }));

  it('take turns with their shells', () =>
    allow('MaxSessions 2', async () => {
      const connections = new Connections();
      try {
        const connection = await connections.get(target);
        const say = async (become: Become | undefined, purpose?: 'upload'): Promise<string> => {
          const [output] = await (await connection.shell(become, purpose)).run([{ text: 'id -un' }]);
          return output!.stdout.toString().trim();
        };
        const as = (user: string): Become => ({ method: 'sudo', user });
        const users = ['root', 'daemon', 'root', 'nobody'];
        expect(await Promise.all(users.map((user) => say(as(user))))).to.deep.equal(users);
        expect(await Promise.all([say(undefined), say(as('root'), 'upload')])).to.deep.equal(['debian', 'root']);
      } finally {
        await connections.closeAll();
      }
    }));
});
