import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AnyModule, Check } from '../../engine/module/module.ts';
import { blockinfile } from '../../modules/files/blockinfile.ts';
import { copy } from '../../modules/files/copy.ts';
import { file } from '../../modules/files/file.ts';
import { lineinfile } from '../../modules/files/lineinfile.ts';
import { replace } from '../../modules/files/replace.ts';
import { takeSteps } from '../../modules/files/steps.ts';
import { authorized_key } from '../../modules/system/authorized_key.ts';
import { mount } from '../../modules/system/mount.ts';
import { localHost } from './local-host.ts';

const them = 65534; // nobody, wherever this runs
const host = localHost();

/** What a task does: ok, changed, or why it failed. */
async function run(module: AnyModule, args: object): Promise<string> {
  try {
    const all = { ...defaults[module.name], ...args };
    const check = (await module.check(all, host)) as Check;
    if (check.differences.length === 0) return 'ok';
    await module.change?.(all, check, host);
    return 'changed';
  } catch (error) {
    return (error as Error).message;
  }
}

const defaults: Readonly<Record<string, object>> = {
  copy: { backup: false, content: 'theirs\n' },
  file: { recurse: false, force: false },
  lineinfile: { backup: false, state: 'present', create: true, backrefs: false, line: 'one more' },
  blockinfile: {
    backup: false,
    state: 'present',
    create: true,
    block: 'one more',
    marker: '# {mark}',
    marker_begin: 'B',
    marker_end: 'E',
  },
  replace: { backup: false, regexp: 'secret', replace: 'public' },
};

describe("root in another user's folder", () => {
  let root: string;
  const at = (name: string): string => join(root, name);
  const own = (path: string): void => chownSync(path, them, them);

  beforeEach(function () {
    if (process.getuid?.() !== 0) this.skip();
    root = mkdtempSync(join(realpathSync(tmpdir()), 'tsplay-other-'));
    chmodSync(root, 0o755);
    mkdirSync(at('etc'), { mode: 0o755 });
    writeFileSync(at('etc/victim'), 'secret\n', { mode: 0o600 });
    mkdirSync(at('home'));
    own(at('home'));
  });
  afterEach(() => root && rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  /** All that the attacker wants to alter. */
  const victim = (): object => {
    const { mode, uid, gid } = statSync(at('etc/victim'));
    const above = statSync(at('etc'));
    return {
      text: readFileSync(at('etc/victim'), 'utf8'),
      mode,
      uid,
      gid,
      folder: [above.mode, above.uid, above.gid],
      names: readdirSync(at('etc')),
    };
  };
  const theirs = (...names: string[]): void =>
    names.forEach((name) => spawnSync('chown', ['-h', `${them}:${them}`, at(name)]));

  const owner = String(them);
  /** A task on a name that they made a link to something of root's; `path` is that of the link. */
  const followers: readonly (readonly [string, AnyModule, (path: string) => object])[] = [
    ['file: mode', file, (path) => ({ path, mode: '0666' })],
    ['file: owner', file, (path) => ({ path, state: 'file', owner })],
    ['lineinfile', lineinfile, (path) => ({ path, owner })],
    ['blockinfile', blockinfile, (path) => ({ path, mode: '0644' })],
    ['replace', replace, (path) => ({ path })],
  ];
  it('does not mount, nor make the folder for it, where their link leads', async () => {
    symlinkSync(at('etc'), at('home/link'));
    theirs('home/link');
    const before = victim();
    for (const path of ['home/link', 'home/link/new', 'home/link/new/deep']) {
      const args = { path: at(path), src: 'none', fstype: 'tmpfs', opts: 'ro', dump: 0, passno: 0, state: 'mounted' };
      const check = await mount.check(args as never, host).catch((error: Error) => error.message);
      if (typeof check === 'string') expect(check).to.include('could have put there');
      else {
        const failed = await takeSteps(host, check.present.steps).catch((error: Error) => error.message);
        expect(failed).to.include('could have put there');
      }
    }
    expect(victim()).to.deep.equal(before);
  });

  for (const [title, module, args] of followers)
    it(`does not follow their link to a file: ${title}`, async () => {
      symlinkSync(at('etc/victim'), at('home/link'));
      theirs('home/link');
      const before = victim();
      expect(await run(module, args(at('home/link')))).to.include('could have put there');
      expect(victim()).to.deep.equal(before);
    });

  /** A task on a path whose folder they made a link to one of root's. */
  const inside: readonly (readonly [string, AnyModule, (folder: string) => object])[] = [
    ['file: directory', file, (path) => ({ path, state: 'directory', owner })],
    ['file: recurse', file, (path) => ({ path, state: 'directory', recurse: true, owner, mode: 'a+rwX' })],
    ['file: a folder in it', file, (path) => ({ path: `${path}/a/b`, state: 'directory', owner })],
    ['file: touch', file, (path) => ({ path: `${path}/new`, state: 'touch' })],
    ['file: absent', file, (path) => ({ path: `${path}/victim`, state: 'absent' })],
    ['file: link', file, (path) => ({ path: `${path}/new`, state: 'link', src: '/nowhere' })],
    ['file: hard', file, (path) => ({ path: at('home/mine'), state: 'hard', src: `${path}/victim` })],
    ['file: mode', file, (path) => ({ path: `${path}/victim`, mode: '0666' })],
    ['copy', copy, (path) => ({ dest: `${path}/victim` })],
    ['copy, a new file', copy, (path) => ({ dest: `${path}/new` })],
    ['lineinfile', lineinfile, (path) => ({ path: `${path}/victim` })],
  ];
  for (const [title, module, args] of inside)
    it(`does not enter their link to a folder: ${title}`, async () => {
      symlinkSync('../etc', at('home/link'));
      theirs('home/link');
      const before = victim();
      expect(await run(module, args(at('home/link')))).to.include('could have put there');
      expect(victim()).to.deep.equal(before);
    });

  it('does not enter such a link from a link of its own', async () => {
    symlinkSync('../etc/victim', at('home/theirs'));
    symlinkSync('../home/theirs', at('etc/ours'));
    theirs('home/theirs');
    expect(await run(lineinfile, { path: at('etc/ours') })).to.include('could have put there');
    expect(victim()).to.include({ text: 'secret\n' });
  });

  it('follows links to what is theirs, and links of its own', async () => {
    mkdirSync(at('home/dotfiles'));
    writeFileSync(at('home/dotfiles/profile'), 'x\n');
    symlinkSync('dotfiles/profile', at('home/.profile'));
    symlinkSync('dotfiles', at('home/link'));
    symlinkSync('../home', at('etc/home'));
    theirs('home/dotfiles', 'home/dotfiles/profile', 'home/.profile', 'home/link');
    expect(await run(lineinfile, { path: at('home/.profile') })).to.equal('changed');
    expect(await run(file, { path: at('home/.profile'), mode: '0600' })).to.equal('changed');
    expect(await run(copy, { dest: at('home/link/new') })).to.equal('changed');
    expect(await run(copy, { dest: at('etc/home/link/other'), owner })).to.equal('changed');
    expect(readdirSync(at('home/dotfiles'))).to.deep.equal(['new', 'other', 'profile']);
    expect(readFileSync(at('home/dotfiles/profile'), 'utf8')).to.equal('x\none more\n');
  });

  for (const [folder, mode] of [
    ['a folder of all', 0o777],
    ["a folder of root's and their group", 0o2775],
  ] as const)
    it(`does not follow a link in ${folder}`, async () => {
      mkdirSync(at('shared'));
      chownSync(at('shared'), 0, them);
      chmodSync(at('shared'), mode);
      symlinkSync('../etc/victim', at('shared/link'));
      const before = victim();
      expect(await run(file, { path: at('shared/link'), mode: '0666' })).to.include('could have put there');
      theirs('shared/link');
      expect(await run(file, { path: at('shared/link'), mode: '0666' })).to.include('could have put there');
      expect(victim()).to.deep.equal(before);
    });

  it('writes no backup through a link', async () => {
    writeFileSync(at('home/f'), 'root::0:0\n');
    own(at('home/f'));
    const names = Array.from({ length: 120 }, (_, i) => {
      const time = spawnSync('date', ['-d', `@${Math.floor(Date.now() / 1000) + i}`, '+%Y-%m-%dT%H:%M:%S']);
      return `home/f.${time.stdout.toString().trim()}~`;
    });
    for (const name of names) symlinkSync(at('etc/victim'), at(name));
    theirs(...names);
    const before = victim();
    expect(await run(copy, { dest: at('home/f'), backup: true })).to.equal('changed');
    expect(victim()).to.deep.equal(before);
    const kept = readdirSync(at('home')).filter(
      (name) => name.startsWith('f.') && lstatSync(at(`home/${name}`)).isFile(),
    );
    expect(kept.map((name) => readFileSync(at(`home/${name}`), 'utf8'))).to.deep.equal(['root::0:0\n']);
  });

  it('keeps a link itself as the backup of a link', async () => {
    symlinkSync(at('etc/victim'), at('home/f'));
    expect(await run(copy, { dest: at('home/f'), backup: true })).to.equal('changed');
    const kept = readdirSync(at('home')).filter((name) => name !== 'f');
    expect(kept.map((name) => lstatSync(at(`home/${name}`)).isSymbolicLink())).to.deep.equal([true]);
  });

  /** Set-ID bits that a user has set are not for the next owner. */
  const takers: readonly (readonly [string, AnyModule, object, number])[] = [
    ['file', file, { owner: 'root', group: 'root' }, 0o755],
    ['file, only its group', file, { group: 'root' }, 0o755],
    ['file, a mode that adds', file, { owner: 'root', mode: 'g+w' }, 0o775],
    ['file, a mode that asks for it', file, { owner: 'root', mode: '4755' }, 0o4755],
    ['copy', copy, { owner: 'root', group: 'root' }, 0o755],
    ['lineinfile', lineinfile, { owner: 'root' }, 0o755],
    ['their own copy', copy, {}, 0o6755],
  ];
  for (const [title, module, args, mode] of takers)
    it(`keeps no set-ID bit over a change of owner: ${title}`, async () => {
      writeFileSync(at('home/tool'), '#!/bin/sh\n');
      own(at('home/tool'));
      chmodSync(at('home/tool'), 0o6755);
      expect(await run(module, { [module === copy ? 'dest' : 'path']: at('home/tool'), ...args })).to.equal('changed');
      expect((statSync(at('home/tool')).mode & 0o7777).toString(8)).to.equal(mode.toString(8));
      expect(await run(module, { [module === copy ? 'dest' : 'path']: at('home/tool'), ...args })).to.equal('ok');
    });

  it('keeps no set-ID bit of all below, and those of what it leaves alone', async () => {
    for (const [name, uid] of [
      ['theirs', them],
      ['ours', 0],
    ] as const) {
      writeFileSync(at(`home/${name}`), '');
      chownSync(at(`home/${name}`), uid, uid);
      chmodSync(at(`home/${name}`), 0o4755);
    }
    const args = { path: at('home'), state: 'directory', recurse: true, owner: 'root' };
    expect(await run(file, args)).to.equal('changed');
    expect(await run(file, args)).to.equal('ok');
    const modes = ['theirs', 'ours'].map((name) => statSync(at(`home/${name}`)).mode & 0o7777);
    expect(modes).to.deep.equal([0o755, 0o4755]);
  });

  it('sets the modes of all below, links and folders told apart', async () => {
    mkdirSync(at('home/a b/c'), { recursive: true });
    writeFileSync(at("home/a b/c/-n 'x'"), '');
    writeFileSync(at('home/.hidden'), '');
    symlinkSync(at('etc/victim'), at('home/a b/link'));
    spawnSync('chown', ['-hR', `${them}:${them}`, at('home')]);
    const before = victim();
    const args = { path: at('home'), state: 'directory', recurse: true, mode: 'u=rwX,go=' };
    expect(await run(file, args)).to.equal('changed');
    expect(await run(file, args)).to.equal('ok');
    const modes = ['a b', 'a b/c', "a b/c/-n 'x'", '.hidden'].map((n) => statSync(at(`home/${n}`)).mode & 0o777);
    expect(modes).to.deep.equal([0o700, 0o700, 0o600, 0o600]);
    expect(victim()).to.deep.equal(before);
    expect(readdirSync(at('home'))).to.deep.equal(['.hidden', 'a b']);
  });

  describe('while they swap names', () => {
    let attacker: ChildProcess | undefined;
    /** They: a loop of shell text in their folder, until the test ends. */
    const attack = (loop: string): void => {
      attacker = spawn('/bin/sh', ['-c', `cd ${at('home')}; while :; do ${loop}; done`], {
        uid: them,
        gid: them,
        stdio: 'ignore',
        detached: true, // its own group, so that no command of the loop outlives it
      });
    };
    afterEach(async () => {
      if (!attacker) return;
      const ended = new Promise((resolve) => attacker!.on('close', resolve));
      process.kill(-attacker.pid!, 'SIGKILL');
      await ended;
      attacker = undefined;
    });
    const swapFile = `ln -f d.file data; mv -fT d.link data; ln -sfn ../etc/victim d.link`;
    const swapFolder = `mv -T dir dir.0; mv -T dir.l dir; mv -T dir dir.l; mv -T dir.0 dir`;

    const raced: readonly (readonly [string, string, AnyModule, (path: string) => object])[] = [
      ['file: mode', swapFile, file, () => ({ path: at('home/data'), owner, mode: '0666' })],
      ['file: recurse', swapFile, file, () => ({ path: at('home'), state: 'directory', recurse: true, mode: 'a+rwX' })],
      ['lineinfile', swapFile, lineinfile, () => ({ path: at('home/data'), owner })],
      ['copy with a backup', swapFile, copy, () => ({ dest: at('home/data'), owner, backup: true })],
      ['file in a folder', swapFolder, file, () => ({ path: at('home/dir/victim'), owner, mode: '0666' })],
      ['copy into a folder', swapFolder, copy, () => ({ dest: at('home/dir/victim'), owner })],
      ['removal in a folder', swapFolder, file, () => ({ path: at('home/dir/victim'), state: 'absent' })],
      ['a folder', swapFolder, file, () => ({ path: at('home/dir'), state: 'directory', owner, mode: '0777' })],
    ];
    for (const [title, loop, module, args] of raced)
      it(`leaves what is not theirs: ${title}`, async function () {
        this.timeout(60_000);
        writeFileSync(at('home/d.file'), 'x\n', { mode: 0o600 });
        symlinkSync('../etc/victim', at('home/d.link'));
        mkdirSync(at('home/dir'));
        writeFileSync(at('home/dir/victim'), 'x\n', { mode: 0o600 });
        symlinkSync('../etc', at('home/dir.l'));
        theirs('home/d.file', 'home/d.link', 'home/dir', 'home/dir/victim', 'home/dir.l');
        const before = victim();
        attack(loop);
        for (let i = 0; i < 12; i += 1) {
          await run(module, args(''));
          const ours = readdirSync(at('home')).filter(
            (name) => name.endsWith('~') && lstatSync(at(`home/${name}`)).isFile(),
          );
          for (const name of ours) expect(readFileSync(at(`home/${name}`), 'utf8')).not.to.include('secret');
          const now =
            existsSync(at('home/data')) && lstatSync(at('home/data')).isFile() && readFileSync(at('home/data'), 'utf8');
          if (now && !lstatSync(at('home/data')).isSymbolicLink()) expect(victim()).to.deep.equal(before);
        }
        expect(victim()).to.deep.equal(before);
      });

    it('shows them nothing of a new secret', async function () {
      this.timeout(60_000);
      attack(`for f in .tsplay.* .tsplay.*/* token; do cat "$f" 2>/dev/null; done >>found; sleep 0.001`);
      for (let i = 0; i < 12; i += 1) {
        await run(copy, { dest: at('home/token'), content: 'TOPSECRET\n', owner: 'root', group: 'root', mode: '0600' });
        rmSync(at('home/token'), { force: true });
      }
      expect(existsSync(at('home/found')) ? readFileSync(at('home/found'), 'utf8') : '').to.equal('');
    });
  });

  it('writes no keys through a link', async () => {
    mkdirSync(at('home/.ssh'));
    symlinkSync(at('etc/victim'), at('home/.ssh/authorized_keys'));
    theirs('home/.ssh', 'home/.ssh/authorized_keys');
    const account = { home: at('home'), group: owner, comment: '', shell: '', groups: [] };
    const reading = {
      ...host,
      read: (p: { key: string }) => (p.key.startsWith('account:') ? account : host.read(p as never)),
    };
    const args = {
      user: owner,
      key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk1cY0mZl1Tn0bT1JYp0mYF6b1Y6o9cN2r1kqXoR3Qe a',
      state: 'present' as const,
    };
    const said = await Promise.resolve(authorized_key.check(args, reading as never)).catch((e: Error) => e.message);
    expect(said).to.include('symbolic link');
  });
});
