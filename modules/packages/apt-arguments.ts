const names = { oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] } as const;

/** The arguments of apt. */
export const aptArguments = {
  type: 'object',
  description:
    'All packages are handled by one apt-get. update_cache refreshes the index only when something has to be installed (or state is latest, or no ' +
    'package is named) and the index is missing, older than its sources or older than cache_valid_time. A host that has all its packages is left alone.',
  properties: {
    name: {
      ...names,
      description: 'One or more packages: `curl`, `kubelet=1.36.*` (a version; globs allowed), `libc6:i386`.',
    },
    pkg: { ...names, description: 'Alias for name.' },
    deb: {
      type: 'string',
      format: 'path',
      pattern: '^[^\\p{Cc}\\p{Zl}\\p{Zp}]*$',
      description: 'A .deb file on the host, installed with its dependencies.',
    },
    state: {
      enum: ['present', 'absent', 'latest'],
      default: 'present',
      description:
        '`present`: installed, in any version unless one is given. `absent`: not installed. `latest`: the newest version in the index.',
    },
    purge: { type: 'boolean', default: false, description: 'With absent: also remove their configuration files.' },
    autoremove: {
      type: 'boolean',
      default: false,
      description: 'With absent: also remove dependencies that nothing else needs.',
    },
    update_cache: {
      type: 'boolean',
      default: false,
      description: 'Refresh the package index first, if needed.',
    },
    cache_valid_time: {
      type: 'integer',
      minimum: 0,
      default: 3600,
      description: 'Seconds for which an index counts as fresh.',
    },
    default_release: {
      type: 'string',
      format: 'word',
      description: 'Take packages from this release (`bookworm-backports`).',
    },
    install_recommends: { type: 'boolean', description: "Default: the host's apt configuration." },
    allow_downgrade: {
      type: 'boolean',
      default: false,
      description: 'Allow a version older than the installed one.',
    },
    allow_change_held_packages: {
      type: 'boolean',
      default: false,
      description: 'Also change packages that are on hold.',
    },
    fail_on_autoremove: {
      type: 'boolean',
      default: true,
      description:
        'Fail if other packages than the named ones would be removed: those in conflict with a new one, and those that need a ' +
        'removed one. What `autoremove` removes is wanted.',
    },
    hold: { type: 'boolean', description: 'Whether to hold the packages at their version.' },
    dpkg_options: {
      type: 'string',
      pattern: '^(?:[a-z0-9=-]+(?:, *[a-z0-9=-]+)*)?$',
      default: 'force-confdef,force-confold',
      description: 'dpkg options without dashes, separated by commas.',
    },
    lock_timeout: {
      type: 'integer',
      minimum: 0,
      default: 120,
      description: 'Seconds to wait for the lock of apt and dpkg.',
    },
  },
  allOf: [
    { anyOf: [{ required: ['name'] }, { required: ['pkg'] }, { required: ['deb'] }, { required: ['update_cache'] }] },
  ],
  additionalProperties: false,
} as const;
