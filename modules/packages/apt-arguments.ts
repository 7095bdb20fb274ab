const names = { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] } as const;

/** The arguments of apt. */
export const aptArguments = {
  type: 'object',
  description:
    'All packages go in one apt-get. update_cache serves the packages: the index is refreshed when something has to be installed (or state is latest, or no ' +
    'package is named) and it is missing, older than its sources or older than cache_valid_time. A host that has all its packages is left alone.',
  properties: {
    name: {
      ...names,
      description: 'One or several: `curl`, `kubelet=1.36.*` (a version, globs allowed), `libc6:i386`.',
    },
    pkg: { ...names, description: 'Another word for name.' },
    deb: { type: 'string', format: 'path', description: 'A .deb file on the host, installed with its dependencies.' },
    state: {
      enum: ['present', 'absent', 'latest'],
      default: 'present',
      description:
        '`present`: installed, in whatever version unless one is named. `absent`: not installed. `latest`: the newest that the index has.',
    },
    purge: { type: 'boolean', default: false, description: 'With absent: their configuration goes too.' },
    autoremove: {
      type: 'boolean',
      default: false,
      description: 'With absent: dependencies that nothing else needs go too.',
    },
    update_cache: {
      type: 'boolean',
      default: false,
      description: 'Refresh the package index first, where that is needed.',
    },
    cache_valid_time: {
      type: 'integer',
      minimum: 0,
      default: 3600,
      description: 'Seconds for which an index is fresh enough.',
    },
    default_release: { type: 'string', description: 'Take packages from this release (`bookworm-backports`).' },
    install_recommends: { type: 'boolean', description: "By default as the host's apt is configured." },
    allow_downgrade: {
      type: 'boolean',
      default: false,
      description: 'Let a version be older than the one that is installed.',
    },
    allow_change_held_packages: {
      type: 'boolean',
      default: false,
      description: 'Change packages that are on hold too.',
    },
    hold: { type: 'boolean', description: 'Whether the packages are held at their version afterwards.' },
    dpkg_options: {
      type: 'string',
      default: 'force-confdef,force-confold',
      description: 'Options of dpkg, without dashes, separated by commas.',
    },
    lock_timeout: {
      type: 'integer',
      minimum: 0,
      default: 120,
      description: 'Seconds to wait for another apt or dpkg.',
    },
  },
  allOf: [
    { anyOf: [{ required: ['name'] }, { required: ['pkg'] }, { required: ['deb'] }, { required: ['update_cache'] }] },
  ],
  additionalProperties: false,
} as const;
