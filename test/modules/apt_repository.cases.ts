import { apt_repository } from '../../modules/packages/apt_repository.ts';
import type { ModuleCase } from './case.ts';
import { folder, hostWith } from './paths.ts';

const base = {
  name: 'k8s',
  types: 'deb',
  enabled: true,
  state: 'present',
  update_cache: true,
  lock_timeout: 120,
  uris: 'https://x/',
  suites: '/',
};
const armour = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n';
const text = 'Types: deb\nURIs: https://x/\nSuites: /\nSigned-By: /etc/apt/keyrings/k8s.asc\n';
const at = {
  sources: '/etc/apt/sources.list.d/k8s.sources',
  list: '/etc/apt/sources.list.d/k8s.list',
  key: '/etc/apt/keyrings/k8s.asc',
  folder: '/etc/apt/keyrings',
};
const none = { [at.sources]: null, [at.list]: null, [at.key]: null, [at.folder]: folder };
const fresh = { 'apt-index:': 'fresh' };
const complete = { ...none, [at.sources]: text, [at.key]: armour };

export const cases: readonly ModuleCase[] = [
  {
    title: 'writes the key before the sources, makes the folder, removes a list of older days and refreshes the index',
    module: apt_repository,
    args: { ...base, signed_by: armour },
    given: hostWith({ ...none, [at.folder]: null, [at.list]: 'deb https://x/ /\n' }, fresh),
    differences: [at.sources, at.list, at.key],
    commands: [
      'install -d -m 0755 /etc/apt/keyrings',
      `write ${at.key}`,
      `rm -f -- ${at.list}`,
      `write ${at.sources}`,
      'mkdir -p -- /var/lib/apt/periodic && { [ -e /var/lib/apt/periodic/update-success-stamp ] || touch -d @0 -- /var/lib/apt/periodic/update-success-stamp; }',
      'apt-get -q -o APT::Update::Error-Mode=any update',
      'touch -- /var/lib/apt/periodic/update-success-stamp',
    ],
    written: { [at.sources]: text, [at.key]: armour },
  },
  {
    title: 'finds nothing to do',
    module: apt_repository,
    args: { ...base, signed_by: armour },
    given: hostWith(complete, fresh),
  },
  {
    title: 'does not fetch a key again',
    module: apt_repository,
    args: { ...base, key_url: 'https://x/key' },
    given: hostWith(complete, fresh),
  },
  {
    title: 'tries again an update that has failed',
    module: apt_repository,
    args: { ...base, signed_by: armour },
    given: hostWith(complete, { 'apt-index:': 'older than its sources' }),
    differences: [{ what: 'package index', from: 'older than its sources', to: 'fresh' }],
  },
  {
    title: 'takes a key from the controller, and all the fields',
    module: apt_repository,
    args: {
      ...base,
      update_cache: false,
      key: { path: '/x.asc', content: Buffer.from(armour) },
      suites: ['a', 'b'],
      components: ['main'],
      architectures: 'amd64',
      enabled: false,
    },
    given: hostWith(none),
    differences: [at.sources, at.key],
    written: {
      [at.sources]:
        'Enabled: no\nTypes: deb\nURIs: https://x/\nSuites: a b\nComponents: main\nArchitectures: amd64\nSigned-By: /etc/apt/keyrings/k8s.asc\n',
    },
  },
  {
    title: 'names a keyring of the host',
    module: apt_repository,
    args: { ...base, update_cache: false, signed_by: '/usr/share/keyrings/d.gpg' },
    given: hostWith(none),
    differences: [at.sources],
    written: { [at.sources]: 'Types: deb\nURIs: https://x/\nSuites: /\nSigned-By: /usr/share/keyrings/d.gpg\n' },
  },
  {
    title: 'refuses what is fetched and is no key',
    module: apt_repository,
    args: { ...base, key_url: 'https://x/key' },
    given: hostWith(none, fresh),
    fails: 'what https://x/key returns is not an ASCII-armored key',
  },
  {
    title: 'takes it all away',
    module: apt_repository,
    args: { ...base, state: 'absent', update_cache: false },
    given: hostWith(complete),
    differences: [
      { what: at.sources, from: text, to: null },
      { what: at.key, from: armour, to: null },
    ],
    commands: [`rm -f -- ${at.key}`, `rm -f -- ${at.sources}`],
  },
  {
    title: 'needs no index where the last repository is gone',
    module: apt_repository,
    args: { ...base, state: 'absent' },
    given: hostWith(none, { 'apt-index:': 'missing' }),
    differences: [],
  },
];
