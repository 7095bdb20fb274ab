import { defineModule } from '../../engine/module/module.ts';
import { lintPatterns } from '../files/pattern.ts';

export const include_vars = defineModule({
  name: 'include_vars',
  summary: 'Loads variable files for the host, for the rest of the run.',
  subject: 'control',
  args: {
    type: 'object',
    description:
      'They override the variables of plays, roles and tasks; set_fact and extra vars override them. All candidate files are checked before the run; values are evaluated where they are used.',
    properties: {
      file: {
        type: 'string',
        description:
          "A YAML or JSON file, searched for in vars/ of the role, of the task file's folder and of the playbook's folder, then next to it.",
      },
      dir: {
        type: 'string',
        description: "A folder in the role's vars/ or next to the task file; all its files are read in path order.",
      },
      name: { type: 'string', description: 'Store everything under this one variable.' },
      depth: { type: 'integer', minimum: 0, default: 0, description: 'Levels of folders to read; 0: all.' },
      files_matching: {
        type: 'string',
        description: 'Read only files whose names match this regular expression (as in Python).',
      },
      ignore_files: {
        type: 'array',
        items: { type: 'string' },
        description: 'Skip files whose names end with one of these patterns.',
      },
      extensions: {
        type: 'array',
        items: { type: 'string' },
        default: ['yaml', 'yml', 'json'],
        description: 'File extensions to read.',
      },
      ignore_unknown_extensions: {
        type: 'boolean',
        default: false,
        description: 'Skip files with other extensions instead of failing.',
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
    return [
      ...alone.map((name) => `${name} applies to the files of a folder: it requires dir`),
      ...lintPatterns(args, ['files_matching']),
      ...[args['ignore_files'] ?? []]
        .flat()
        .flatMap((pattern) => lintPatterns({ ignore_files: pattern }, ['ignore_files'])),
    ];
  },
  // The engine itself reads the files: their values may hold expressions, which modules never see.
  check: () => Promise.resolve({ present: null, differences: [] }),
});
