import { expectSuccess, TaskFailure } from '../../engine/module/failure.ts';
import { type Difference, defineModule } from '../../engine/module/module.ts';
import { cannotTell, mayAppear, type Prediction, willBe } from '../../engine/module/probe.ts';
import { unlessUnknown } from '../../engine/module/unknown.ts';
import { printed } from '../commands/curl.ts';
import { inode, pathState } from '../files/path.ts';
import { absentPath } from '../files/path-state.ts';
import { fileDigest, fileText, noFile } from '../files/text.ts';
import { applyConfigFile, configFile, ownText } from '../system/config-file.ts';
import { aptUpdate } from './apt-get.ts';
import { aptEffect } from './apt-manager.ts';
import { aptIndex } from './apt-plan.ts';
import { sourceFaults, sourcesText } from './apt-sources.ts';

/** A field of the file: several words, in a list or in one line. */
const words = {
  oneOf: [
    { type: 'string', format: 'line' },
    { type: 'array', items: { type: 'string', format: 'word' } },
  ],
} as const;

export const apt_repository = defineModule({
  name: 'apt_repository',
  summary: 'Configures an apt repository and its signing key.',
  subject: 'packages',
  args: {
    type: 'object',
    description:
      'Keeps /etc/apt/sources.list.d/NAME.sources (deb822) and, for a key, /etc/apt/keyrings/NAME.asc; a NAME.list in the old format is removed. ' +
      'The key of key_url is fetched by the host when the keyring is not there; remove that file to fetch it again.',
    properties: {
      name: { type: 'string', pattern: '^[A-Za-z0-9_-][A-Za-z0-9_.-]*$', description: 'Base name of the files.' },
      uris: { ...words, description: '`https://pkgs.k8s.io/core:/stable:/v1.36/deb/`.' },
      suites: { ...words, description: '`bookworm`; `/` for a flat repository.' },
      components: { ...words, description: '`main`; none for a flat repository.' },
      types: { ...words, default: 'deb', description: '`deb`, `deb-src`.' },
      architectures: { ...words, description: "`amd64`; all of the host's by default." },
      enabled: { type: 'boolean', default: true, description: '`false` keeps the file, but apt does not use it.' },
      key: { type: 'string', format: 'local-file', description: 'File on the controller with the ASCII-armored key.' },
      key_url: {
        type: 'string',
        format: 'word',
        pattern: '^https?://\\S+$',
        description: 'URL from which the host fetches the ASCII-armored key.',
      },
      signed_by: {
        type: 'string',
        pattern: '^(?:/[^\\s\\p{Cc}\\p{Zl}\\p{Zp}]*|[^/][^]*)$',
        description: 'The ASCII-armored key itself, or the path of a keyring on the host.',
      },
      state: { enum: ['present', 'absent'], default: 'present', description: '`absent`: its files are removed.' },
      update_cache: { type: 'boolean', default: true, description: 'Refresh the package index after a change.' },
      lock_timeout: { type: 'integer', minimum: 0, default: 120, description: 'Seconds to wait for the lock of apt.' },
    },
    required: ['name'],
    allOf: [{ if: { properties: { state: { const: 'present' } } }, then: { required: ['uris', 'suites'] } }],
    additionalProperties: false,
  },
  examples: [
    `- name: the repository of Kubernetes
  apt_repository:
    name: kubernetes
    uris: https://pkgs.k8s.io/core:/stable:/v1.36/deb/
    suites: /
    key_url: https://pkgs.k8s.io/core:/stable:/v1.36/deb/Release.key`,
    `- name: backports
  apt_repository:
    name: backports
    uris: http://deb.debian.org/debian
    suites: bookworm-backports
    components: [main, contrib]
    signed_by: /usr/share/keyrings/debian-archive-keyring.gpg`,
    `- name: a repository that is not used any more
  apt_repository:
    name: kubernetes
    state: absent`,
  ],
  lint(args) {
    const keys = ['key', 'key_url', 'signed_by'].filter((arg) => args[arg] !== undefined);
    return [...(keys.length > 1 ? [`give one of ${keys.join(', ')}`] : []), ...sourceFaults(args)];
  },

  async check(args, host) {
    const wanted = args.state === 'present';
    const path = `/etc/apt/sources.list.d/${args.name}.sources`;
    const legacyPath = `/etc/apt/sources.list.d/${args.name}.list`;
    const keyringPath = `/etc/apt/keyrings/${args.name}.asc`;
    const folder = '/etc/apt/keyrings';
    const [sources, legacy, keyring, folderState, index] = await Promise.all([
      host.read(ownText(path)),
      host.read(ownText(legacyPath)),
      host.read(ownText(keyringPath)),
      unlessUnknown(host.read(pathState(folder))),
      args.update_cache ? unlessUnknown(host.read(aptIndex())) : 'fresh',
    ]);
    const keyText =
      args.key === undefined
        ? args.signed_by?.startsWith('/') === false
          ? args.signed_by
          : undefined
        : args.key.content.toString();
    const fetch = wanted && args.key_url !== undefined && !keyring.exists;
    const signedBy = args.signed_by?.startsWith('/')
      ? args.signed_by
      : keyText !== undefined || args.key_url !== undefined
        ? keyringPath
        : undefined;
    const keyFile =
      keyText !== undefined && wanted ? armoured(keyText) : !wanted || signedBy !== keyringPath ? null : undefined;

    const files = [
      configFile(
        path,
        sources,
        wanted ? sourcesText({ ...args, uris: args.uris!, suites: args.suites!, signedBy }) : null,
      ),
      configFile(legacyPath, legacy.exists ? legacy : noFile, null),
      ...(keyFile === undefined || (keyFile === null && wanted) ? [] : [configFile(keyringPath, keyring, keyFile)]),
    ];
    const differences: Difference[] = files.flatMap((f) => f.differences);
    const after: Prediction[] = files.flatMap((f) => f.after);
    if (fetch) {
      differences.push({ what: keyringPath, from: null, to: `the key of ${args.key_url}` });
      after.push(
        cannotTell(fileText(keyringPath)),
        cannotTell(fileDigest(keyringPath)),
        cannotTell(inode(keyringPath)),
      );
      after.push(willBe(pathState(keyringPath), { type: 'file', mode: '0644', owner: 'root', group: 'root' }));
    }
    const makeFolder = wanted && signedBy === keyringPath && (folderState ?? absentPath).type === 'absent';
    if (makeFolder)
      after.push(willBe(pathState(folder), { type: 'directory', mode: '0755', owner: 'root', group: 'root' }));
    const changed = differences.length > 0;
    // An update that failed the last time is still to do. Without its last repository a host has no index, and needs none.
    if (!changed && index !== undefined && index !== 'fresh' && (wanted || index !== 'missing'))
      differences.push({ what: 'package index', from: index, to: 'fresh' });
    const brings = aptEffect({
      kind: 'sources',
      files: [
        ...files.map((file) => ({ path: file.path, text: file.wanted })),
        ...(fetch ? [{ path: keyringPath, text: null, url: args.key_url! }] : []),
      ],
      refresh: args.update_cache,
    });
    if (differences.length > 0)
      after.push(
        mayAppear('package-index', brings),
        args.update_cache && wanted ? willBe(aptIndex(), 'fresh') : cannotTell(aptIndex()),
      );
    return { present: { files, fetch, makeFolder, keyringPath }, differences, after };
  },

  async change(args, { present }, host) {
    if (present.makeFolder)
      expectSuccess(['install'], await host.run(['install', '-d', '-m', '0755', '/etc/apt/keyrings']));
    if (present.fetch)
      await host.write(present.keyringPath, await fetched(args.key_url!, (script) => host.shell(script)), {
        owner: 'root',
        group: 'root',
        mode: '0644',
      });
    const [sources, ...others] = present.files;
    for (const file of others.toReversed()) await applyConfigFile(host, file); // the key before the sources that name it
    await applyConfigFile(host, sources!);
    if (args.update_cache) await aptUpdate(host, args.lock_timeout);
  },
});

/** The host fetches its key itself: it is the one that reaches the repository. */
async function fetched(
  url: string,
  shell: (script: string) => Promise<{ code: number; stdout: string; stderr: string }>,
): Promise<string> {
  const out = await shell(printed(url, { seconds: 60, apt: true }));
  if (out.code !== 0)
    throw new TaskFailure(`the host cannot fetch the key ${url}: ${out.stderr.trim().split('\n').at(-1) ?? ''}`, {
      output: out,
      hint: 'check that the host can reach this URL, or pass the key as a file (key)',
    });
  if (!out.stdout.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----'))
    throw new TaskFailure(`what ${url} returns is not an ASCII-armored key`, {
      output: { ...out, stdout: out.stdout.slice(0, 300) },
      hint: 'check the URL; for a binary key, use copy and set signed_by to its path',
    });
  return out.stdout;
}

function armoured(key: string): string {
  if (!key.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----'))
    throw new TaskFailure('the key is not ASCII-armored', {
      hint: 'it must begin with -----BEGIN PGP PUBLIC KEY BLOCK-----; `gpg --armor --export` creates one',
    });
  return key.endsWith('\n') ? key : `${key}\n`;
}
