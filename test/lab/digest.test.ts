import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { upperDigest } from '../../engine/lab/digest.ts';
import { hostPaths } from '../../engine/lab/paths.ts';
import { writeJson } from '../../engine/lab/record.ts';

describe('what was written on a host', () => {
  let places: { cache: string; state: string };
  const written = async (...path: string[]) =>
    [...(await upperDigest(places, 'a')).keys()].filter((p) => path.length === 0 || path.includes(p));

  async function put(path: string, content: string): Promise<void> {
    const file = join(hostPaths(places, 'a').upper, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  beforeEach(async () => {
    const state = await mkdtemp(join(tmpdir(), 'tsplay-digest-'));
    places = { cache: state, state };
    await mkdir(join(state, 'image/etc/app'), { recursive: true });
    await writeJson(hostPaths(places, 'a').layers, [join(state, 'image')]);
  });

  afterEach(() => rm(places.state, { recursive: true }));

  it('is listed by path, without folders that are unchanged from the image', async () => {
    await put('etc/app/new/one', '1');
    await symlink('one', join(hostPaths(places, 'a').upper, 'etc/app/two'));
    expect(await written()).to.deep.equal(['/etc/app/new', '/etc/app/new/one', '/etc/app/two']);
  });

  it('sees content, mode and nothing that does not matter', async () => {
    await put('etc/file', '1');
    const file = join(hostPaths(places, 'a').upper, 'etc/file');
    const first = await upperDigest(places, 'a');
    await utimes(file, 1, 1);
    expect(await upperDigest(places, 'a')).to.deep.equal(first);
    await chmod(file, 0o600);
    expect(await upperDigest(places, 'a')).not.to.deep.equal(first);
    await chmod(file, 0o644);
    await writeFile(file, '2');
    expect(await upperDigest(places, 'a')).not.to.deep.equal(first);
  });

  it('sees a folder whose mode has changed', async () => {
    await put('etc/app/x', '');
    await chmod(join(hostPaths(places, 'a').upper, 'etc/app'), 0o700);
    expect(await written()).to.deep.equal(['/etc/app', '/etc/app/x']);
  });

  it('leaves out what a login writes', async () => {
    for (const path of [
      'var/log/wtmp',
      'var/log/journal/a/system.journal',
      'home/debian/.sudo_as_admin_successful',
      'var/log/other',
    ])
      await put(path, '1');
    expect(
      await written(
        '/var/log/wtmp',
        '/var/log/journal/a/system.journal',
        '/home/debian/.sudo_as_admin_successful',
        '/var/log/other',
      ),
    ).to.deep.equal(['/var/log/other']);
  });
});
