import { described, type Json, reference } from './json.ts';
import { roleSchema } from './playbook.ts';

const word: Json = { type: ['string', 'number'] };
const words: Json = { anyOf: [word, { type: ['array'], items: word }] };
const flag: Json = { type: ['boolean'] };
const types = ['str', 'int', 'float', 'bool', 'list', 'dict', 'path', 'raw', 'bytes', 'bits', 'json', 'jsonarg'];

/** meta/main.yml of a role, or meta/argument_specs.yml. */
export function roleMetaSchema(): Json {
  return {
    title: 'role',
    type: ['object', 'null'],
    properties: {
      dependencies: {
        ...described('Roles that run before this one.'),
        type: ['array'],
        items: roleSchema,
      },
      allow_duplicates: { ...described('Run the role at every use, even if it has already run.'), ...flag },
      argument_specs: {
        ...described(
          'The variables of the role, by entry point: `main` is tasks/main.yml. Checked before anything runs.',
        ),
        type: ['object', 'null'],
        properties: { main: reference('entryPoint') },
        additionalProperties: reference('entryPoint'),
      },
      galaxy_info: { ...described('For Ansible Galaxy; ignored.'), type: ['object', 'null'] },
      collections: { ...described('For Ansible; ignored.'), type: ['array', 'null'] },
      standalone: { ...described('For Ansible; ignored.'), ...flag },
    },
    additionalProperties: false,
    definitions: {
      entryPoint: {
        type: ['object', 'null'],
        properties: {
          short_description: { ...described('What it does, in one line.'), ...word },
          description: { ...described('What it does.'), ...words },
          author: { ...described('The authors.'), ...words },
          version_added: { ...described('The version that introduced it.'), ...word },
          options: { ...described('The variables, by name.'), ...reference('options') },
        },
        additionalProperties: false,
      },
      options: { type: ['object', 'null'], additionalProperties: reference('option') },
      option: {
        type: ['object', 'null'],
        properties: {
          type: { ...described('The type. Default: str.'), enum: types },
          required: { ...described('Whether uses of the role must set it. Default: false.'), ...flag },
          default: described('For documentation; the value itself is set in defaults/main.yml.'),
          choices: { ...described('The allowed values.'), type: ['array'] },
          description: { ...described('What it means.'), ...words },
          elements: { ...described('The type of the items of a list.'), enum: types },
          options: { ...described('The keys of a map, or of each map in a list.'), ...reference('options') },
          version_added: { ...described('The version that introduced it.'), ...word },
          no_log: { ...described('Whether its value is secret.'), ...flag },
          apply_defaults: { ...described('For Ansible; ignored.'), ...flag },
          aliases: { ...described('For Ansible; ignored.'), type: ['array'] },
        },
        additionalProperties: false,
      },
    },
  };
}
