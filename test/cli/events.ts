import { Ajv } from 'ajv';

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };
const counts = ['ok', 'changed', 'skipped', 'failed', 'unreachable', 'rescued', 'ignored', 'unknown'];

const object = (required: Record<string, object>, optional: Record<string, object> = {}): object => ({
  type: 'object',
  properties: { ...required, ...optional },
  required: Object.keys(required),
  additionalProperties: false,
});
const event = (name: string, required: Record<string, object>, optional?: Record<string, object>): object =>
  object({ event: { const: name }, ...required }, optional);

/** What another program may rely on in `--output jsonl`: nothing is missing, and nothing else is there. */
const schema = {
  oneOf: [
    event('run-start', { playbook: text, check: { type: 'boolean' }, version: text }),
    event('play-start', { play: text, hosts: { type: 'array', items: text } }),
    event(
      'result',
      {
        play: text,
        task: text,
        module: text,
        host: text,
        status: { enum: ['ok', 'changed', 'skipped', 'failed', 'unreachable', 'unknown'] },
        differences: {
          type: 'array',
          items: object(
            { what: text, from: { type: ['string', 'null'] }, to: { type: ['string', 'null'] } },
            { recurs: { const: true } },
          ),
        },
        place: object(
          { file: text, line: { type: 'integer', minimum: 1 }, column: { type: 'integer', minimum: 1 } },
          { length: count },
        ),
        milliseconds: count,
      },
      {
        role: text,
        item: {},
        handler: { const: true },
        ignored: { const: true },
        rescued: { const: true },
        delegatedTo: text,
        message: text,
        warnings: { type: 'array', items: text },
        failure: object({}, { command: text, code: { type: 'integer' }, stdout: text, stderr: text, hint: text }),
      },
    ),
    event(
      'recap',
      {
        hosts: {
          type: 'object',
          additionalProperties: object(Object.fromEntries(counts.map((name) => [name, count]))),
        },
        exit: count,
        roundTrips: { type: 'object', additionalProperties: count },
      },
      {
        profile: { type: 'object' },
        interrupted: { type: 'array', items: text },
        pending: {
          type: 'array',
          items: object({ play: text, handler: text, hosts: { type: 'array', items: text } }),
        },
      },
    ),
  ],
};

const validate = new Ajv({ strict: false }).compile(schema);

export interface Line {
  readonly event: string;
  readonly [field: string]: unknown;
}

/** The events in a text of lines. Throws for what is not as other programs expect it. */
export function eventsIn(lines: string): Line[] {
  if (lines !== '' && !lines.endsWith('\n')) throw new Error('the last line is not whole');
  const events = lines
    .split('\n')
    .slice(0, -1)
    .map((line): Line => JSON.parse(line));
  for (const one of events)
    if (!validate(one)) throw new Error(`${JSON.stringify(one)}: ${new Ajv().errorsText(validate.errors)}`);
  return events;
}
