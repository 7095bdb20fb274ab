import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf } from '../../../engine/lab/kubernetes/digest.ts';
import { writeLayer } from '../../../engine/lab/kubernetes/layer.ts';
import { configBytes, descriptor, manifestBytes, mediaTypes } from '../../../engine/lab/kubernetes/manifest.ts';
import { addImage } from '../../../engine/lab/kubernetes/registry.ts';
import { verifyTree } from '../../../engine/lab/kubernetes/verify.ts';

const image = { name: 'lab/tiny', tag: '1', architecture: 'amd64', epoch: 1_600_000_000, entrypoint: ['/hello'] };

describe('the registry tree of the lab', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsplay-registry-'));
    await mkdir(join(folder, 'root/usr/bin'), { recursive: true });
    await writeFile(join(folder, 'root/usr/bin/hello'), 'hello\n');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const add = async (tree: string) => {
    const layer = await writeLayer(join(folder, 'root'), join(folder, `${tree}.layer`), image.epoch);
    for (const name of ['lab/tiny', 'lab/other']) await addImage(join(folder, tree), [layer], { ...image, name });
    return join(folder, tree);
  };

  it('has a layer that two images share once on the disk', async () => {
    const tree = await add('tree');
    const { layers } = JSON.parse(await readFile(join(tree, 'v2/lab/tiny/manifests/1'), 'utf8'));
    const places = ['tiny', 'other'].map((name) => join(tree, 'v2/lab', name, 'blobs', layers[0].digest));
    const [one, two] = await Promise.all(places.map((place) => stat(place)));
    expect(one?.ino).to.equal(two?.ino);
  });

  it('has the paths of the distribution API', async () => {
    const tree = await add('tree');
    const manifest = await readFile(join(tree, 'v2/lab/tiny/manifests/1'));
    const { mediaType, config, layers } = JSON.parse(manifest.toString());
    expect(mediaType).to.equal('application/vnd.oci.image.manifest.v1+json');
    expect(await readdir(join(tree, 'v2/lab/tiny/manifests'))).to.have.members(['1', digestOf(manifest).text]);
    expect(await readdir(join(tree, 'v2/lab/tiny/blobs'))).to.have.members([config.digest, layers[0].digest]);
  });

  it('gives the same bytes for the same files, whenever they were written', async () => {
    const first = await add('first');
    await utimes(join(folder, 'root/usr/bin/hello'), 1, 1);
    const second = await add('second');
    const names = await readdir(first, { recursive: true });
    expect(await readdir(second, { recursive: true })).to.have.members(names);
  });

  it('passes its own check', async () => verifyTree(await add('tree')));

  for (const part of ['manifests', 'blobs'])
    it(`fails its own check when one of the ${part} is changed`, async () => {
      const tree = await add('tree');
      const names = await readdir(join(tree, 'v2/lab/tiny', part));
      const victim = join(tree, 'v2/lab/tiny', part, names.find((name) => name.startsWith('sha256:')) ?? '');
      await writeFile(victim, `${await readFile(victim, 'latin1')} `, 'latin1');
      const problem = await verifyTree(tree).catch((error: Error) => error.message);
      expect(problem).to.match(/is stated, .* is found/);
    });
});

describe('an image manifest', () => {
  const config = configBytes({ architecture: 'amd64', created: 0, command: ['sh'], diffIds: [digestOf('layer').text] });

  it('names its config by size and digest', () => {
    const manifest = JSON.parse(manifestBytes(descriptor(mediaTypes.config, config), []).toString());
    expect(manifest.config).to.deep.equal({
      mediaType: 'application/vnd.oci.image.config.v1+json',
      size: config.length,
      digest: digestOf(config).text,
    });
  });

  it('has the command, the search path and the digest of the unpacked layer in its config', () => {
    const { config: run, rootfs } = JSON.parse(config.toString());
    expect(run.Cmd).to.deep.equal(['sh']);
    expect(run).not.to.have.property('Entrypoint');
    expect(run.Env[0]).to.match(/^PATH=\/usr\/local\/sbin:/);
    expect(rootfs.diff_ids).to.deep.equal([digestOf('layer').text]);
  });
});
