import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { hostExec, hostKill, hostStart, hostStop } from '../../engine/lab/control.ts';
import { upperDigest } from '../../engine/lab/digest.ts';
import { labReset, labStatus, labUp } from '../../engine/lab/lab.ts';
import { hostPaths, labPaths } from '../../engine/lab/paths.ts';
import type { LabHost, LabOptions } from '../../engine/lab/types.ts';

/** An additional host, so that tests do not disturb those of the inventory. */
const HOST: LabHost = { name: 'lab-test', address: '10.20.1.250', listen: '127.20.1.250', port: 22 };

describe('the lab', function () {
  this.timeout(60_000);
  let given: LabOptions;
  let options: LabOptions;

  const exec = async (...argv: string[]): Promise<string> => {
    const { code, stdout, stderr } = await hostExec(options, HOST.name, argv);
    expect(code, stderr).to.equal(0);
    return stdout.trim();
  };
  const stateNow = async () => (await labStatus(options)).find(({ name }) => name === HOST.name)?.state;
  const digest = () => upperDigest(options, HOST.name);
  const ssh = async (...argv: string[]): Promise<string> => {
    const { key, knownHosts } = labPaths(options);
    const settings = [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${knownHosts}`,
      'ConnectTimeout=5',
    ];
    const flags = ['-F', 'none', '-i', key, ...settings.flatMap((setting) => ['-o', setting])];
    return (await promisify(execFile)('ssh', [...flags, `debian@${HOST.listen}`, ...argv])).stdout.trim();
  };

  before(async () => {
    given = await labOptions(['inventory/lab.yml'], new AbortController().signal);
    options = { ...given, hosts: [...given.hosts, HOST], kubernetes: [], log: () => {} };
    await labUp({ ...options, hosts: given.hosts });
  });

  after(async () => {
    await hostStop(options, HOST.name);
    await rm(hostPaths(options, HOST.name).base, { recursive: true });
  });

  it('adds a host and leaves the running ones alone', async () => {
    const before = await labStatus(given);
    await labUp(options);
    expect(await labStatus(given)).to.deep.equal(before);
    expect(await stateNow()).to.equal('running');
  });

  it('makes a complete, bare Debian that accepts the key of the lab', async () => {
    expect(await ssh('sudo', '-n', 'systemctl', 'is-system-running')).to.equal('running');
    expect(await ssh('hostname')).to.equal('debian');
    await exec('modprobe', '-a', 'overlay', 'br_netfilter');
    expect((await hostExec(options, HOST.name, ['which', 'python3'])).code).to.equal(1);
  });

  it('has signed packages to install', async () => {
    await exec('apt-get', '-qq', 'update');
    await exec('apt-get', '-qq', 'install', 'tsplay-demo=1.0');
    await exec('systemctl', 'start', 'tsplay-demo');
    expect(await exec('cat', '/usr/share/tsplay-demo/version')).to.equal('1.0');
  });

  it('reports everything written, and nothing for reads', async () => {
    const before = await digest();
    expect(await ssh('sudo', 'cat', '/etc/shadow')).to.contain('operator:$6$');
    expect(await digest()).to.deep.equal(before);
    await exec('rm', '/etc/fstab');
    await exec('touch', '/var/left');
    const after = await digest();
    expect([...after].filter(([path, text]) => before.get(path) !== text)).to.have.length(2);
    expect(after.get('/etc/fstab')).to.equal('deleted');
    expect(after.get('/var/left')).to.match(/^file 0644 0:0 /);
  });

  it('keeps the disk of a host that lost power', async () => {
    await hostKill(options, HOST.name);
    expect(await stateNow()).to.equal('failed');
    await hostStart(options, HOST.name);
    expect(await stateNow()).to.equal('running');
    expect(await exec('ls', '/var/left')).to.equal('/var/left');
  });

  it('resets a host to a bare one and keeps its host keys', async () => {
    await exec('touch', '/var/lib/etcd/old');
    await labReset(options, [HOST.name]);
    expect(await exec('ls', '/var/lib/etcd', '/var')).not.to.match(/old|left/);
    expect(await ssh('cat', '/etc/fstab')).to.contain('swap');
  });

  it('rejects packets to other networks at once', async () => {
    // What is dropped would be tried for minutes: only what is rejected is told by name.
    const { code, stderr } = await hostExec(options, HOST.name, ['bash', '-c', '</dev/tcp/192.0.2.1/80']);
    expect(code).to.equal(1);
    expect(stderr).to.match(/unreachable|refused|prohibited|no route|denied|not permitted/i);
  });
});
