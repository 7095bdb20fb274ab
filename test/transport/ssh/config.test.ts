import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { askSsh, complete } from '../../../engine/transport/ssh/config.ts';
import { targetOf } from '../../../engine/transport/target.ts';

const config = `Host web*
  HostName 10.0.0.9
  User jo
  Port 2200
  ProxyJump bastion
  IdentityFile ~/.ssh/web
  UserKnownHostsFile ~/known
  StrictHostKeyChecking accept-new
`;

describe("OpenSSH's configuration", () => {
  it('fills in what the inventory leaves open, and nothing else', async function () {
    if (spawnSync('ssh', ['-V']).error) this.skip();
    const folder = mkdtempSync(join(tmpdir(), 'tsplay-config-'));
    try {
      writeFileSync(join(folder, 'config'), config);
      const settings = await askSsh('web1', undefined, join(folder, 'config'));
      const targetFor = (variables: Record<string, unknown>) =>
        complete(targetOf('web1', (name) => variables[name]).target, settings!);
      const { target, keyFiles } = targetFor({});
      expect(target).to.include({
        name: 'web1',
        address: '10.0.0.9',
        user: 'jo',
        port: 2200,
        proxyJump: 'bastion',
        hostKeyChecking: 'accept-new',
      });
      // ssh expands this one itself, by the user database and not by $HOME.
      expect(target.knownHostsFiles[0]).to.equal(`${userInfo().homedir}/known`);
      expect(keyFiles).to.deep.equal([`${homedir()}/.ssh/web`]);
      expect(targetFor({ ansible_user: 'me', ansible_port: 22, ansible_host_key_checking: true }).target).to.include({
        user: 'me',
        port: 22,
        hostKeyChecking: 'strict',
      });
      expect(await askSsh('no such host; true', undefined, join(folder, 'config'))).to.equal(undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
