import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { Ajv, type JSONSchemaType } from 'ajv';
import { parse } from 'yaml';
import type { Level } from '../../engine/playbook/keywords.ts';
import type { RunOptions } from '../../engine/run/options.ts';
import { type Form, type KeywordFile, keywordCases } from './keyword-cases.ts';

/** What ansible-core does with the files of a case, where it is asked to. */
export interface InAnsible {
  /** A sentence: what Ansible does instead. Without it the two must be the same. */
  readonly differs: string;
  readonly trace: readonly string[];
  readonly exit?: number;
  /** Further ANSIBLE_* settings; without them facts are gathered only where a play asks for it. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A small playbook and what happens. `DIR` stands for the folder that holds its files. */
export interface Case {
  readonly topic: string;
  readonly path: string;
  readonly title: string;
  readonly playbook: string;
  readonly inventory?: string;
  /** Names of inventory files, in order; default: the one that `inventory` is. */
  readonly inventories?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: Partial<RunOptions>;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly limit?: string;
  /** Vault passwords by their ids. */
  readonly vault?: Readonly<Record<string, string>>;
  /** What the machine has to have; without it the case is skipped, and says so. */
  readonly needs?: 'root';
  readonly ansible?: 'same' | InAnsible;
  readonly trace?: readonly string[];
  readonly exit?: number;
  /** Codes of the diagnostics that keep the playbook from beginning. */
  readonly refused?: readonly string[];
  /** Parts of what tsplay's failures say, each in at least one. */
  readonly messages?: readonly string[];
  /** What tsplay's results with differences give of them: `host task`, then `hidden` or `shown` by `diff`, or `default`. */
  readonly contents?: readonly string[];
  /** What a case of keywords/ shows; see keyword-cases.ts. */
  readonly covers?: { readonly keyword: string; readonly form: Form; readonly levels: readonly Level[] };
}

const text = { type: 'string' };
const texts = { type: 'array', items: text };
const textMap = { type: 'object', additionalProperties: text };
const flag = { type: 'boolean' };

const options: Partial<Record<keyof RunOptions, object>> = {
  check: flag,
  diff: flag,
  forks: { type: 'integer' },
  forceHandlers: flag,
  tags: texts,
  skipTags: texts,
  become: flag,
  becomeUser: text,
  becomeMethod: text,
  user: text,
  timeoutSeconds: { type: 'integer' },
  detailedExitcode: flag,
  startAt: text,
};

const schema = {
  type: 'object',
  properties: {
    title: text,
    playbook: text,
    inventory: text,
    inventories: texts,
    files: textMap,
    options: { type: 'object', properties: options, additionalProperties: false },
    extra: { type: 'object' },
    limit: text,
    vault: textMap,
    needs: { const: 'root' },
    ansible: {
      oneOf: [
        { const: 'same' },
        {
          type: 'object',
          properties: { differs: text, trace: texts, exit: { type: 'integer' }, environment: textMap },
          required: ['differs', 'trace'],
          additionalProperties: false,
        },
      ],
    },
    trace: texts,
    exit: { type: 'integer' },
    refused: { ...texts, minItems: 1 },
    messages: texts,
    contents: texts,
    covers: { type: 'object' },
  },
  required: ['title', 'playbook'],
  oneOf: [{ required: ['trace'] }, { required: ['refused'] }],
  additionalProperties: false,
};

const folder = import.meta.dirname;
const validate = new Ajv({ allErrors: true, strict: false }).compile(
  schema as unknown as JSONSchemaType<Omit<Case, 'topic' | 'path'>>,
);

/** All cases, in the order of their paths. */
export function loadCases(): readonly Case[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yml') && path.includes(sep))
    .sort()
    .flatMap(loadFile);
}

/** A file holds one case, what several have in common and under `variants` the rest of each, or a keyword. */
function loadFile(path: string): readonly Case[] {
  const read: unknown = parse(readFileSync(join(folder, path), 'utf8'));
  if (isKeywordFile(read)) return keywordCases(read).map((entry) => checked(path, entry));
  const { variants, ...common } = read as Partial<Case> & Variants;
  if (!variants) return [checked(path, common)];
  return variants.map((variant) =>
    checked(path, { ...common, ...variant, title: `${common.title}: ${variant.title}` }),
  );
}

interface Variants {
  readonly variants?: readonly Partial<Case>[];
}

function isKeywordFile(read: unknown): read is KeywordFile {
  return typeof read === 'object' && read !== null && 'keyword' in read;
}

function checked(path: string, read: unknown): Case {
  if (validate(read)) return { ...read, path, topic: path.slice(0, path.indexOf(sep)) };
  const wrong = validate.errors!.map(
    ({ instancePath, message, params }) => `${instancePath || 'case'} ${message} ${JSON.stringify(params)}`,
  );
  throw new Error(`test/conformance/${path}: ${wrong.join('; ')}`);
}
