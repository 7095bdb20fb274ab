/**
 * Files of a project, and what is reported about its modules: `file:line:column code: message[ (hint)]`. A pattern (`^…`)
 * where part of the message is another's.
 */
export interface Wrong {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly reported: readonly string[];
}

const head = "import { defineModule } from 'tsplay/module';\n";
/** A module of which this is the rest. */
const module = (rest: string): string =>
  `${head}export const motd = {\n  name: 'motd',\n  summary: 'Sets it.',\n  examples: [],\n${rest}\n};\n`;
const check = 'check: async () => ({ present: null, differences: [] }),';
const args = (text: string): string => module(`  args: {\n    ${text}\n  },\n  ${check}`);

export const wrong: readonly Wrong[] = [
  {
    title: 'a slip in its syntax',
    files: { 'modules/motd.ts': `${head}export const motd = defineModule({ name: 'motd' ;\n` },
    reported: ['modules/motd.ts:2:49 module-syntax: this does not compile: Unexpected token, expected ","'],
  },
  {
    title: 'a slip in a file that it imports',
    files: { 'modules/motd.ts': "import './lib/help.ts';\n", 'modules/lib/help.ts': 'const = 1;\n' },
    reported: ['modules/lib/help.ts:1:7 module-syntax: this does not compile: Unexpected token'],
  },
  {
    title: 'an import of a file that is not there',
    files: { 'modules/motd.ts': "import { a } from './lib/none.ts';\nexport const b = a;\n" },
    reported: ["modules/motd.ts:1:20 module-load: there is no file './lib/none.ts' (include the extension (.ts))"],
  },
  {
    title: 'an import of a package that is not installed',
    files: { 'modules/motd.ts': "import a from 'no-such-package-x';\nexport const b = a;\n" },
    reported: [
      "modules/motd.ts:1:16 module-load: the package 'no-such-package-x' is not installed (run: npm install no-such-package-x)",
    ],
  },
  {
    title: 'an entry that tsplay has not',
    files: { 'modules/motd.ts': "import { sh } from 'tsplay/modules';\nexport const b = sh;\n" },
    reported: ["modules/motd.ts:1:21 module-load: there is no 'tsplay/modules' (modules import from 'tsplay/module')"],
  },
  {
    title: 'a function that the contract has not',
    files: {
      'modules/motd.ts': "import { defineModul } from 'tsplay/module';\n\n  export const b = defineModul({});\n",
    },
    reported: [
      "modules/motd.ts:3:3 module-load: this file fails to load: defineModul is not a function (did you mean 'defineModule'?)",
    ],
  },
  {
    title: 'something thrown when it is loaded',
    files: { 'modules/motd.js': 'const a = {};\nexport const b = a.b.c;\n' },
    reported: [
      "modules/motd.js:2:1 module-load: this file fails to load: Cannot read properties of undefined (reading 'c')",
    ],
  },
  {
    title: 'text thrown when it is loaded',
    files: { 'modules/motd.js': "throw 'no';\n" },
    reported: ['modules/motd.js:1:1 module-load: this file fails to load: no'],
  },
  {
    title: 'no module in it',
    files: { 'modules/motd.ts': 'export const help = 1;\n' },
    reported: [
      "modules/motd.ts:1:1 module-missing: modules/motd.ts exports no module (write: export const motd = defineModule({ … }); start the name of a helper file with '_', or move it to a subfolder)",
    ],
  },
  {
    title: 'no name',
    files: {
      'modules/motd.js': `export const m = { summary: '', args: { type: 'object' }, examples: [], ${check} };\n`,
    },
    reported: ["modules/motd.js:1:1 module-shape: this module has no 'name' (the key that tasks use: name: 'motd')"],
  },
  {
    title: 'a name that no task could write',
    files: { 'modules/motd.ts': args("type: 'object',").replace("name: 'motd'", "name: 'my-motd'") },
    reported: [
      "modules/motd.ts:3:10 module-shape: 'my-motd' is not a valid module name (use lowercase letters, digits and _)",
    ],
  },
  {
    title: 'the name of a keyword',
    files: { 'modules/motd.ts': args("type: 'object',").replace("name: 'motd'", "name: 'become'") },
    reported: [
      "modules/motd.ts:3:10 module-shape: 'become' is not a valid module name: it is a keyword (choose another name)",
    ],
  },
  {
    title: 'no check',
    files: { 'modules/motd.ts': module("  args: { type: 'object' },") },
    reported: [
      "modules/motd.ts:3:10 module-shape: module 'motd' has no 'check' (async check(args, host) { … } reads the host and returns differences)",
    ],
  },
  {
    title: 'a misspelled part',
    files: { 'modules/motd.ts': module(`  args: { type: 'object' },\n  ${check}\n  chnage: () => {},`) },
    reported: [
      "modules/motd.ts:8:3 module-shape: module 'motd' has an unknown property 'chnage' (did you mean 'change'?)",
    ],
  },
  {
    title: 'parts of another sort',
    files: {
      'modules/motd.ts': `export const motd = {\n  name: 'motd', summary: 1, args: [], examples: 'x',\n  check: true, change: 1, lint: 1, nature: 'odd', freeForm: 'x' };\n`,
    },
    reported: [
      "modules/motd.ts:2:17 module-shape: 'summary' of module 'motd' must be text (one sentence about what the module does)",
      "modules/motd.ts:2:29 module-shape: 'args' of module 'motd' must be a JSON schema (args: { type: 'object', properties: { … } })",
      "modules/motd.ts:3:3 module-shape: 'check' of module 'motd' must be a function (async check(args, host) { … } reads the host and returns differences)",
      "modules/motd.ts:3:16 module-shape: 'change' of module 'motd' must be a function",
      "modules/motd.ts:3:27 module-shape: 'lint' of module 'motd' must be a function",
      "modules/motd.ts:2:39 module-shape: 'examples' of module 'motd' must be a list of texts (each is the YAML of one or more tasks; write examples: [] for none)",
      "modules/motd.ts:3:36 module-shape: 'nature' of module 'motd' must be one of state, action, wait",
      "modules/motd.ts:3:51 module-shape: 'freeForm' of module 'motd' must be the name of one of its arguments",
    ],
  },
  {
    title: 'arguments that are no object',
    files: { 'modules/motd.ts': args("type: 'string',") },
    reported: [
      "modules/motd.ts:6:3 module-schema: 'args' of module 'motd' is not a valid schema: its 'type' must be 'object'",
    ],
  },
  {
    title: 'a schema against the rules of JSON schema',
    files: { 'modules/motd.ts': args("type: 'object', properties: { text: { type: 'strin' } },") },
    reported: [
      "modules/motd.ts:7:35 module-schema: 'args' of module 'motd' is not a valid schema: properties.text.type must be equal to one of the allowed values",
    ],
  },
  {
    title: 'a keyword that JSON schema has not',
    files: { 'modules/motd.ts': args("type: 'object', properties: { text: { type: 'string', minLenght: 1 } },") },
    reported: [
      "modules/motd.ts:7:59 module-schema: 'args' of module 'motd' is not a valid schema: it has the unknown keyword 'minLenght' (did you mean 'minLength'?)",
    ],
  },
  {
    title: 'a format that there is not',
    files: { 'modules/motd.ts': args("type: 'object', properties: { to: { type: 'string', format: 'pth' } },") },
    reported: [
      "modules/motd.ts:7:66 module-schema: 'args' of module 'motd' is not a valid schema: there is no format 'pth' (did you mean 'path'?)",
    ],
  },
  {
    title: 'a required argument that is none',
    files: { 'modules/motd.ts': args("type: 'object', properties: { text: {} }, required: ['txet'],") },
    reported: [
      "modules/motd.ts:7:59 module-schema: 'args' of module 'motd' is not a valid schema: 'txet' is required but not among the properties (did you mean 'text'?)",
    ],
  },
  {
    title: 'a wrong schema of its result',
    files: { 'modules/motd.ts': module(`  args: { type: 'object' },\n  returns: { type: 'objct' },\n  ${check}`) },
    reported: [
      "modules/motd.ts:7:3 module-schema: 'returns' of module 'motd' is not a valid schema: its 'type' must be 'object'",
    ],
  },
  {
    title: 'an example that is no YAML',
    files: { 'modules/motd.ts': args("type: 'object',").replace('examples: []', "examples: ['- motd: [']") },
    reported: [
      '^modules/motd\\.ts:5:15 module-example: example 1 of module .motd.: .* not closed .line 1 of the example.$',
    ],
  },
  {
    title: 'an example without a task of it',
    files: { 'modules/motd.ts': args("type: 'object',").replace('examples: []', "examples: ['- mtod: {}']") },
    reported: [
      "modules/motd.ts:5:15 module-example: example 1 of module 'motd': it must be a list of tasks that uses 'motd'",
    ],
  },
  {
    title: 'an example with an argument that it has not',
    files: {
      'modules/motd.ts': args("type: 'object', properties: { text: {} }, required: ['text'],").replace(
        'examples: []',
        "examples: ['- motd: { text: \"{{ a }}\" }', '- block: [{ motd: { txet: 1 } }]']",
      ),
    },
    reported: [
      "modules/motd.ts:5:46 module-example: example 2 of module 'motd': 'motd' needs 'text'",
      "modules/motd.ts:5:46 module-example: example 2 of module 'motd': 'motd' has no argument 'txet'",
    ],
  },
  {
    title: 'the name of a module of tsplay',
    files: { 'modules/motd.ts': args("type: 'object',").replace("name: 'motd'", "name: 'copy'") },
    reported: [
      "modules/motd.ts:3:10 module-clash: the module name 'copy' is already taken: it is a built-in module (choose another name: a module never replaces another)",
    ],
  },
  {
    title: 'another name of a module of tsplay',
    files: { 'modules/motd.ts': args("type: 'object',").replace("name: 'motd'", "name: 'service'") },
    reported: [
      "modules/motd.ts:3:10 module-clash: the module name 'service' is already taken: it is a built-in module (choose another name: a module never replaces another)",
    ],
  },
  {
    title: 'one name twice',
    files: { 'modules/a.ts': args("type: 'object',"), 'roles/web/modules/b.ts': args("type: 'object',") },
    reported: [
      "roles/web/modules/b.ts:3:10 module-clash: the module name 'motd' is already taken: modules/a.ts defines it (choose another name: a module never replaces another)",
    ],
  },
  {
    title: 'a package that is not installed',
    files: { 'package.json': '{\n  "tsplay": { "modules": ["tsplay-module-none"] }\n}\n' },
    reported: [
      "package.json:2:27 module-package: the package 'tsplay-module-none' is not installed (run: npm install tsplay-module-none)",
    ],
  },
  {
    title: 'packages that are no list',
    files: { 'package.json': '{\n  "tsplay": { "modules": "x" }\n}\n' },
    reported: [
      'package.json:2:3 module-package: \'tsplay.modules\' must be a list of package names ("tsplay": { "modules": ["tsplay-module-x"] })',
    ],
  },
  {
    title: 'a package.json that is none',
    files: { 'package.json': '{\n  "tsplay": \n}\n' },
    reported: ['^package\\.json:2:3 module-package: package\\.json cannot be read: Unexpected token'],
  },
];
