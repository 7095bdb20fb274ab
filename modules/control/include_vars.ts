import { defineModule } from '../../engine/module/module.ts';

export const include_vars = defineModule({
  name: 'include_vars',
  summary: 'Reads files of variables for the host, for the rest of the run.',
  subject: 'control',
  args: {
    type: 'object',
    description:
      'They win over the variables of plays, roles and tasks, and lose to set_fact and extra vars. All files that can be meant are checked before the run; values are evaluated where they are used.',
    properties: {
      file: {
        type: 'string',
        description:
          "A YAML or JSON file, looked for in vars/ of the role, of the task file's folder and of the playbook's, then beside them.",
      },
      dir: {
        type: 'string',
        description:
          "A folder, all of whose files are read in the order of their paths: in the role's vars/, or beside the task file.",
      },
      name: { type: 'string', description: 'Put all of it under this one variable.' },
      depth: { type: 'integer', minimum: 0, default: 0, description: 'How many levels of folders are read; 0: all.' },
      files_matching: { type: 'string', description: 'Only files of the folder whose names match this pattern (RE2).' },
      ignore_files: {
        type: 'array',
        items: { type: 'string' },
        description: 'Patterns for the ends of names of files of the folder that are left out.',
      },
      extensions: {
        type: 'array',
        items: { type: 'string' },
        default: ['yaml', 'yml', 'json'],
        description: 'The endings that files of the folder have.',
      },
      ignore_unknown_extensions: {
        type: 'boolean',
        default: false,
        description: 'Leave files with other endings out; otherwise they are an error.',
      },
    },
    additionalProperties: false,
  },
  freeForm: 'file',
  returns: {
    type: 'object',
    properties: {
      ansible_included_var_files: {
        type: 'array',
        items: { type: 'string' },
        description: 'The paths of the files, in the order in which they were read.',
      },
    },
    additionalProperties: false,
  },
  examples: [
    `- name: read what the distribution needs
  include_vars: '{{ facts.os.id }}.yml'
  when: facts.os.family == 'debian'`,
    `- name: read all settings under one name
  include_vars:
    dir: settings
    name: settings`,
  ],
  lint(args) {
    if ('file' in args && 'dir' in args) return ['give either file or dir'];
    if (!('file' in args) && !('dir' in args)) return ['file or dir is missing'];
    const ofFolders = ['depth', 'files_matching', 'ignore_files', 'ignore_unknown_extensions'];
    const alone = ofFolders.filter((name) => name in args && !('dir' in args));
    return alone.map((name) => `${name} is about the files of a folder: it needs dir`);
  },
  // The engine itself reads the files: their values may hold expressions, which modules never see.
  check: () => Promise.resolve({ present: null, differences: [] }),
});
