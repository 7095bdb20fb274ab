import { checkOutputs, outputNames } from '../../report/outputs.ts';
import { becomeMethods } from '../../transport/become/methods.ts';

/**
 * `path` and `paths` are relative to the file that names them; `sources` are paths, or lists of hosts with commas; `labels`
 * are paths behind `LABEL@`.
 */
export type SettingKind = 'text' | 'flag' | 'number' | 'list' | 'path' | 'paths' | 'sources' | 'labels';

export interface Setting {
  /** Its name in tsplay.yml; in capitals behind TSPLAY_, the environment variable. */
  readonly name: string;
  /** Under which name commands receive it: that of their option, if there is one. */
  readonly option: string;
  readonly kind: SettingKind;
  readonly about: string;
  /** The only values. */
  readonly choices?: readonly string[];
  /** What several settings do together: one given on the command line switches those of its group off. */
  readonly group?: string;
  /** Section and key of ansible.cfg, where it has the same meaning. */
  readonly ansible?: readonly (readonly [section: string, key: string])[];
}

const vault = { group: 'vault' };

/** What a project can set once for all commands. A new one is a row here. */
export const settings: readonly Setting[] = [
  {
    name: 'inventory',
    option: 'inventory',
    kind: 'sources',
    about: 'inventory files, folders, programs or hosts with commas',
    ansible: [['defaults', 'inventory']],
  },
  {
    name: 'roles_path',
    option: 'rolesPath',
    kind: 'paths',
    about: 'further folders of roles, searched after roles/ beside the playbook',
    ansible: [['defaults', 'roles_path']],
  },
  {
    name: 'user',
    option: 'user',
    kind: 'text',
    about: 'the user to log in as',
    ansible: [['defaults', 'remote_user']],
  },
  {
    name: 'private_key',
    option: 'privateKey',
    kind: 'path',
    about: 'the key to log in with',
    ansible: [['defaults', 'private_key_file']],
  },
  {
    name: 'become',
    option: 'become',
    kind: 'flag',
    about: 'become another user',
    ansible: [['privilege_escalation', 'become']],
  },
  {
    name: 'become_user',
    option: 'becomeUser',
    kind: 'text',
    about: 'the user to become',
    ansible: [['privilege_escalation', 'become_user']],
  },
  {
    name: 'become_method',
    option: 'becomeMethod',
    kind: 'text',
    choices: becomeMethods,
    about: 'how to become another user',
    ansible: [['privilege_escalation', 'become_method']],
  },
  {
    name: 'ask_pass',
    option: 'askPass',
    kind: 'flag',
    about: 'ask for the login password',
    ansible: [['defaults', 'ask_pass']],
  },
  {
    name: 'ask_become_pass',
    option: 'askBecomePass',
    kind: 'flag',
    about: 'ask for the become password',
    ansible: [['privilege_escalation', 'become_ask_pass']],
  },
  {
    name: 'forks',
    option: 'forks',
    kind: 'number',
    about: 'hosts worked on in parallel',
    ansible: [['defaults', 'forks']],
  },
  {
    name: 'timeout',
    option: 'timeout',
    kind: 'number',
    about: 'time limit for connecting, in seconds',
    ansible: [['defaults', 'timeout']],
  },
  {
    name: 'tags',
    option: 'tags',
    kind: 'list',
    about: 'only what has one of these tags',
    ansible: [['tags', 'run']],
  },
  {
    name: 'skip_tags',
    option: 'skipTags',
    kind: 'list',
    about: 'leave out what has one of these tags',
    ansible: [['tags', 'skip']],
  },
  {
    name: 'diff',
    option: 'diff',
    kind: 'flag',
    about: 'show the differences in full',
    ansible: [['diff', 'always']],
  },
  {
    name: 'strict',
    option: 'strict',
    kind: 'flag',
    about: 'treat warnings as errors',
  },
  {
    name: 'force_handlers',
    option: 'forceHandlers',
    kind: 'flag',
    about: 'run notified handlers of failed hosts too',
    ansible: [['defaults', 'force_handlers']],
  },
  {
    name: 'output',
    option: 'output',
    kind: 'text',
    choices: [...new Set([...outputNames('run'), ...checkOutputs.map(({ name }) => name)])],
    about: 'the form of the output, for commands that have it',
  },
  {
    name: 'vault_ids',
    option: 'vaultId',
    kind: 'labels',
    ...vault,
    about: 'vault passwords and their ids: LABEL@FILE, LABEL@PROGRAM or LABEL@prompt',
    ansible: [['defaults', 'vault_identity_list']],
  },
  {
    name: 'vault_password_file',
    option: 'vaultPasswordFile',
    kind: 'sources',
    ...vault,
    about: 'files, or programs that print it, with the vault password',
    ansible: [['defaults', 'vault_password_file']],
  },
  {
    name: 'ask_vault_pass',
    option: 'askVaultPass',
    kind: 'flag',
    ...vault,
    about: 'ask for the vault password',
    ansible: [['defaults', 'ask_vault_pass']],
  },
];

export const environmentName = ({ name }: Setting): string => `TSPLAY_${name.toUpperCase()}`;
