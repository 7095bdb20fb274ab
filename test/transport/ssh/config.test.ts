import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { completed } from '../../../engine/transport/ssh/config.ts';
import { hasEffect } from '../../../engine/transport/ssh/config-files.ts';
import { hopTarget } from '../../../engine/transport/ssh/hop.ts';
import { keywordOf, keywords } from '../../../engine/transport/ssh/keywords.ts';
import { needOf } from '../../../engine/transport/ssh/needs.ts';
import { optionEntries } from '../../../engine/transport/ssh/options.ts';
import { targetOf } from '../../../engine/transport/target.ts';
import { failureOf } from '../shell/shells.ts';

const config = `Host web*
  HostName 10.0.0.9
  User jo
  Port 2200
  ProxyJump bastion
  IdentityFile ~/.ssh/web
  UserKnownHostsFile ~/known
  StrictHostKeyChecking accept-new
  ConnectTimeout 77
  HostKeyAlias www
  IdentitiesOnly yes
  PreferredAuthentications publickey
  RevokedHostKeys /etc/revoked
  Ciphers aes256-gcm@openssh.com,aes128-cbc
  RequiredRSASize 2048
Match user deploy
  Port 2299
Host command
  ProxyCommand nc %h %p
Host kerberos
  GSSAPIAuthentication yes
Host nothing
  SessionType none
`;

const hasSsh = spawnSync('ssh', ['-V']).error === undefined;

describe("OpenSSH's configuration", () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsplay-config-'));
  const file = join(folder, 'config');
  before(function () {
    if (!hasSsh) this.skip();
    writeFileSync(file, config);
  });
  after(() => rmSync(folder, { recursive: true }));

  const find = (name: string, variables: Record<string, unknown> = {}, args = '') =>
    completed(
      targetOf(name, (variable) => ({ ansible_ssh_common_args: `-F ${file} ${args}`, ...variables })[variable]),
    );

  it('fills in what the inventory leaves open, and nothing else', async () => {
    const { target, keyFiles } = await find('web1');
    expect(target).to.deep.include({
      name: 'web1',
      address: '10.0.0.9',
      user: 'jo',
      port: 2200,
      proxyJump: 'bastion',
      hostKeyChecking: 'accept-new',
      connectTimeoutSeconds: 77,
      hostKeyAlias: 'www',
      identitiesOnly: true,
      preferredAuthentications: ['publickey'],
      revokedHostKeys: '/etc/revoked',
      ciphers: ['aes256-gcm@openssh.com', 'aes128-cbc'],
      requiredRsaSize: 2048,
    });
    // ssh expands this one itself, by the user database and not by $HOME.
    expect(target.knownHostsFiles[0]).to.equal(`${userInfo().homedir}/known`);
    expect(keyFiles).to.deep.equal([`${homedir()}/.ssh/web`]);
    const { target: told } = await find('web1', {
      ansible_user: 'me',
      ansible_port: 22,
      ansible_host_key_checking: true,
      ansible_timeout: 3,
    });
    expect(told).to.include({ user: 'me', port: 22, hostKeyChecking: 'strict', connectTimeoutSeconds: 3 });
  });

  it('is asked with the user that logs in, for Match', async () => {
    expect((await find('db', { ansible_user: 'deploy' })).target.port).to.equal(2299);
    expect((await find('db', { ansible_user: 'other' })).target.port).to.equal(22);
  });

  it('resolves changes of lists of algorithms', async () => {
    const { target } = await find('db', {}, '-o Ciphers=-aes128-ctr,aes192-ctr');
    expect(target.ciphers).to.include('aes256-ctr').and.not.include('aes128-ctr');
  });

  for (const [what, name, args, need] of [
    ['nothing', 'db', '', undefined],
    ['a proxy command', 'command', '', 'proxycommand'],
    ['Kerberos', 'kerberos', '', 'gssapiauthentication'],
    ['algorithms that our client lacks', 'db', '-o KexAlgorithms=sntrup761x25519-sha512@openssh.com', 'kexalgorithms'],
    ['a token that only ssh knows', 'db', '-o IdentityFile=/keys/%C', 'identityfile'],
    ['nothing for a known token', 'db', '-o IdentityFile=/keys/%h-%r', undefined],
    ['nothing to be bound to', 'db', '-o BindInterface=lo', 'bindinterface'],
  ] as const)
    it(`finds that only the system's ssh can do it: ${what}`, async () => {
      expect(needOf(await find(name, {}, args), [])).to.equal(need);
    });

  it('refuses a file that is not there', async () => {
    const error = await failureOf(find('db', { ansible_ssh_args: '-F /nowhere' }));
    expect(error.message).to.match(/^db: ssh refuses its configuration: Can't open user config file \/nowhere/);
  });

  for (const [what, name, args, message] of [
    ['a value that ssh refuses', 'db', '-o Ciphers=x', /^db: ssh refuses its configuration: Bad SSH2 cipher spec 'x'/],
    ['a connection that runs nothing', 'nothing', '', /the configuration of ssh sets sessiontype/],
  ] as const)
    it(`refuses ${what}`, async () => {
      const error = await failureOf(find(name, {}, args));
      expect(error.message).to.match(message);
    });

  it('gives a jump host a user of its own, whatever file there is', async () => {
    const { target } = await find('web1', { ansible_user: 'deploy' });
    expect(hopTarget('bastion', target)).to.include({
      user: userInfo().username,
      port: 22,
      name: 'jump host bastion',
    });
    expect(hopTarget('ada@[::1]:7', target)).to.include({ user: 'ada', port: 7, address: '::1' });
    expect(hopTarget('bastion', target)).to.not.have.any.keys('hostKeyAlias', 'password', 'ciphers', 'proxyJump');
  });

  it('has a row for every option of this ssh and of its manual page', () => {
    const printed = spawnSync('ssh', ['-G', 'x'], { encoding: 'utf8' }).stdout.split('\n');
    const page = spawnSync('sh', ['-c', 'zcat -f "$(man -w ssh_config)"'], { encoding: 'utf8' }).stdout;
    const names = [
      ...printed.map((line) => line.split(' ')[0]!),
      ...[...page.matchAll(/^\.It Cm ([A-Z]\w+)/gm)].map(([, name]) => name!),
    ].filter(Boolean);
    expect(names.length).to.be.above(70);
    expect(names.filter((name) => !keywords[keywordOf(name)])).to.deep.equal([]);
  });

  it('has a row here for every option that is a setting, and the other way round', () => {
    const settings = Object.keys(keywords).filter((name) => keywords[name]!.as === 'setting');
    expect(optionEntries.flatMap(([, { openssh }]) => openssh ?? []).sort()).to.deep.equal(settings.sort());
  });

  for (const [what, text, expected] of [
    ['an empty file', '', false],
    ["the distributions' file", 'Include conf.d/*.conf\nHost *\n  SendEnv LANG LC_*\n  HashKnownHosts yes\n', false],
    ['a port', 'Host *\n  Port 1\n', true],
    ['a Match', 'Match user x\n', true],
    ['another variable', 'SendEnv SECRET\n', true],
    ['a word that ssh does not know', 'Nonsense 1\n', true],
    ['an included file', 'Include more\n', true],
  ] as const)
    it(`sees whether a file has an effect: ${what}`, () => {
      mkdirSync(join(folder, 'conf.d'), { recursive: true });
      writeFileSync(join(folder, 'more'), 'User jo\n');
      writeFileSync(join(folder, 'tried'), text);
      expect(hasEffect(join(folder, 'tried'))).to.equal(expected);
    });
});
