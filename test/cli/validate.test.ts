import { Ajv } from 'ajv';
import { expect } from 'chai';
import { sarif } from '../../engine/report/sarif.ts';
import type { Diagnostic } from '../../engine/source/diagnostic.ts';
import { root, tsplay } from './command.ts';

const cwd = `${root}test/fixtures/cli/validate`;

describe('tsplay validate', function () {
  this.timeout(20_000);

  it('counts what it has seen, warnings apart from errors', async () => {
    const { code, stdout, stderr } = await tsplay(['validate', 'warned.yml', '-i', 'hosts.yml'], { cwd });
    expect(stdout).to.equal(`warning: this condition is always true [constant-condition]
  --> warned.yml:6:13
  6 |       when: true
    |             ^^^^
  remove it

No errors, 1 warning: 1 play, 2 hosts.
`);
    expect([code, stderr]).to.deep.equal([0, '']);
  });

  it('takes warnings for errors with --strict', async () => {
    const { code, stdout } = await tsplay(['validate', 'warned.yml', '-i', 'hosts.yml', '--strict'], { cwd });
    expect(stdout)
      .to.match(/^error: this condition is always true/)
      .and.to.match(/\n1 error\. No host was touched\.\n$/);
    expect(code).to.equal(1);
    const run = await tsplay(['run', 'warned.yml', '-i', 'hosts.yml', '--strict'], { cwd });
    expect(run.stderr).to.match(/^error: this condition is always true/);
    expect([run.code, run.stdout]).to.deep.equal([1, '']);
  });

  it('checks what it can without an inventory, several playbooks at once, and says what it left', async () => {
    const { code, stdout } = await tsplay(['validate', 'warned.yml', 'wrong.yml'], { cwd });
    expect(stdout).to.contain("error: there is no module 'debgu'").and.not.to.contain('anything');
    expect(stdout).to.match(
      /\n1 error, 2 warnings\. No host was touched\.\nWithout an inventory \(-i\) hosts and the variables that it may define are not checked\.\n$/,
    );
    expect(code).to.equal(1);
  });

  it('speaks JSON', async () => {
    const { code, stdout } = await tsplay(['validate', 'wrong.yml', '-i', 'hosts.yml', '--output', 'json'], { cwd });
    expect(JSON.parse(stdout)).to.deep.equal({
      errors: 2,
      warnings: 1,
      diagnostics: [
        {
          code: 'unknown-module',
          severity: 'error',
          message: "there is no module 'debgu'",
          hint: "did you mean 'debug'?",
          file: 'wrong.yml',
          line: 3,
          column: 7,
          length: 5,
        },
        {
          code: 'unknown-variable',
          severity: 'error',
          message: "the variable 'anything' is not defined",
          file: 'wrong.yml',
          line: 4,
          column: 25,
          length: 8,
        },
        {
          code: 'constant-condition',
          severity: 'warning',
          message: 'this condition is always false, so what it applies to never runs',
          hint: "to run a task only on demand, give it the tag 'never'",
          file: 'wrong.yml',
          line: 5,
          column: 13,
          length: 5,
        },
      ],
    });
    expect(code).to.equal(1);
  });

  it('speaks SARIF', async () => {
    const { code, stdout } = await tsplay(['validate', 'wrong.yml', '-i', 'hosts.yml', '--output', 'sarif'], { cwd });
    const log = JSON.parse(stdout) as { runs: [{ results: { ruleId: string }[] }] };
    expectSarif(log);
    expect(log.runs[0].results.map((r) => r.ruleId)).to.deep.equal([
      'unknown-module',
      'unknown-variable',
      'constant-condition',
    ]);
    expect(code).to.equal(1);
  });

  const places: readonly (readonly [string, object])[] = [
    ['roles/web/main.yml', { uri: 'roles/web/main.yml', uriBaseId: 'ROOT' }],
    ['/project/a b.yml', { uri: 'a%20b.yml', uriBaseId: 'ROOT' }],
    ['/elsewhere/x.yml', { uri: 'file:///elsewhere/x.yml' }],
  ];
  for (const [file, expected] of places)
    it(`names ${file} in SARIF from the folder that it is run in`, () => {
      const found: Diagnostic = {
        code: 'unknown-variable',
        severity: 'error',
        message: 'x',
        place: { file, line: 2, column: 3, length: 4 },
      };
      const log = sarif([found], '1.0', '/project') as {
        runs: [{ results: [{ locations: [{ physicalLocation: { artifactLocation: object; region: object } }] }] }];
      };
      expectSarif(log);
      const { artifactLocation, region } = log.runs[0].results[0].locations[0].physicalLocation;
      expect(artifactLocation).to.deep.equal(expected);
      expect(region).to.deep.equal({ startLine: 2, startColumn: 3, endColumn: 7 });
    });

  it('takes --limit only with an inventory, and no other form of output', async () => {
    const limited = await tsplay(['validate', 'warned.yml', '-l', 'a'], { cwd });
    expect([limited.code, limited.stderr]).to.deep.equal([
      1,
      'error: --limit chooses hosts of an inventory: name one with -i\n',
    ]);
    const other = await tsplay(['validate', 'warned.yml', '--output', 'xml'], { cwd });
    expect([other.code, other.stderr]).to.deep.equal([1, "error: --output is human, json or sarif, not 'xml'\n"]);
  });
});

const text = { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } };
const position = { type: 'integer', minimum: 1 };

/** What SARIF 2.1.0 asks for in the parts that are used here. */
const required = new Ajv().compile({
  type: 'object',
  required: ['version', 'runs'],
  properties: {
    version: { const: '2.1.0' },
    runs: {
      type: 'array',
      items: {
        type: 'object',
        required: ['tool', 'results'],
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          tool: {
            type: 'object',
            required: ['driver'],
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                properties: {
                  name: { type: 'string' },
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      properties: { id: { type: 'string' }, shortDescription: text },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              properties: {
                message: text,
                level: { enum: ['none', 'note', 'warning', 'error'] },
                ruleIndex: { type: 'integer', minimum: 0 },
                locations: {
                  type: 'array',
                  items: {
                    type: 'object',
                    properties: {
                      physicalLocation: {
                        type: 'object',
                        required: ['artifactLocation'],
                        properties: {
                          artifactLocation: {
                            type: 'object',
                            properties: { uri: { type: 'string', pattern: '^[\\w%.~:/-]+$' } },
                          },
                          region: {
                            type: 'object',
                            properties: { startLine: position, startColumn: position, endColumn: position },
                          },
                        },
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
});

function expectSarif(log: unknown): void {
  required(log);
  expect(required.errors ?? []).to.deep.equal([]);
}
