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
      allow_duplicates: { ...described('Run the role at each of its uses, even where it has run already.'), ...flag },
      argument_specs: {
        ...described(
          'What variables the role takes, by entry point: `main` is tasks/main.yml. Checked before anything runs.',
        ),
        type: ['object', 'null'],
        properties: { main: reference('entryPoint') },
        additionalProperties: reference('entryPoint'),
      },
      galaxy_info: { ...described('For Ansible Galaxy; not looked at.'), type: ['object', 'null'] },
      collections: { ...described('For Ansible; not looked at.'), type: ['array', 'null'] },
      standalone: { ...described('For Ansible; not looked at.'), ...flag },
    },
    additionalProperties: false,
    definitions: {
      entryPoint: {
        type: ['object', 'null'],
        properties: {
          short_description: { ...described('What it does, in a line.'), ...word },
          description: { ...described('What it does.'), ...words },
          author: { ...described('Who wrote it.'), ...words },
          version_added: { ...described('Since when it is there.'), ...word },
          options: { ...described('The variables, by name.'), ...reference('options') },
        },
        additionalProperties: false,
      },
      options: { type: ['object', 'null'], additionalProperties: reference('option') },
      option: {
        type: ['object', 'null'],
        properties: {
          type: { ...described('What it must be. Default: str.'), enum: types },
          required: { ...described('A use of the role must set it. Default: false.'), ...flag },
          default: described('For people: the value itself stands in defaults/main.yml.'),
          choices: { ...described('The values it may have.'), type: ['array'] },
          description: { ...described('What it means.'), ...words },
          elements: { ...described('Of a list: what its items must be.'), enum: types },
          options: { ...described('Of a map, or a list of maps: their keys.'), ...reference('options') },
          version_added: { ...described('Since when it is there.'), ...word },
          no_log: { ...described('Its value is a secret.'), ...flag },
          apply_defaults: { ...described('For Ansible; not looked at.'), ...flag },
          aliases: { ...described('For Ansible; not looked at.'), type: ['array'] },
        },
        additionalProperties: false,
      },
    },
  };
}
