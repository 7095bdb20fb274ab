import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { reportOf } from '../../engine/cli/problem.ts';
import { prepare, type RunRequest } from '../../engine/run/prepare.ts';
import { prepareAndExecute } from '../../engine/run/run.ts';
import { codes } from '../../engine/source/codes.ts';
import { type Diagnostic, InvalidInput } from '../../engine/source/diagnostic.ts';
import { Vault } from '../../engine/vault/vault.ts';
import { modules } from '../../modules/index.ts';
import { type Case, casesOf, withFiles } from './case.ts';

const folder = fileURLToPath(new URL('cases/', import.meta.url));
const files = readdirSync(folder).sort();
/** `UPDATE=1 npx mocha test/wrong` rewrites the reports: review the diff before you commit it. */
const update = process.env['UPDATE'] !== undefined;

/** The port of all hosts; no case may connect to it. */
let port = 0;

function requestOf(one: Case): RunRequest {
  return {
    playbooks: one.run ?? ['site.yml'],
    inventories: one.inventory === 'none' ? [] : (one.inventories ?? ['hosts.yml']),
    extra: new Map(Object.entries({ ...one.extra, ansible_host: '127.0.0.1', ansible_port: port })),
    modules: new Map(modules.map((module) => [module.name, module])),
    ...(one.limit !== undefined && { limit: one.limit }),
    ...(one.password !== undefined && {
      vault: new Vault([{ id: 'default', password: Buffer.from(one.password) }]),
    }),
    options: {
      check: false,
      forks: 5,
      forceHandlers: false,
      tags: one.tags ?? [],
      skipTags: one.skip ?? [],
      ...(one.start !== undefined && { startAt: one.start }),
      become: false,
      timeoutSeconds: 1,
    },
  };
}

/** The diagnostics of a case; if there are errors, a run must be refused as well, before any event. */
async function found(one: Case): Promise<readonly Diagnostic[]> {
  const request = requestOf(one);
  try {
    return (await prepare(request)).warnings;
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const events: unknown[] = [];
    const refused: unknown = await prepareAndExecute(
      request,
      'test',
      (event) => events.push(event),
      new AbortController().signal,
    ).catch((e: unknown) => e);
    expect(refused).to.be.instanceOf(InvalidInput);
    expect(events).to.deep.equal([]);
    return error.diagnostics;
  }
}

/** Every place must exist. */
function expectPlaces(diagnostics: readonly Diagnostic[]): void {
  for (const { place, message } of diagnostics) {
    if (!place || place.file.startsWith('/proc/') || !statSync(place.file, { throwIfNoEntry: false })?.isFile())
      continue;
    const lines = readFileSync(place.file, 'utf8').split('\n');
    const line = lines[place.line - 1];
    expect(line, `${message}: line ${place.line} of ${place.file}`).to.be.a('string');
    expect(place.column, message).to.be.within(1, line!.length + 1);
  }
}

describe('mistakes of users', () => {
  const reported = new Set<string>();
  let knocks = 0;
  const server = createServer((socket) => {
    knocks++;
    socket.destroy();
  });

  before((done) => {
    server.listen(0, '127.0.0.1', () => {
      port = (server.address() as AddressInfo).port;
      done();
    });
  });
  after((done) => {
    server.close(done);
  });

  for (const file of files) {
    const cases = casesOf(join(folder, file));
    const written = new Map(cases.map(({ text }) => [text, text]));
    describe(file.replace('.yml', ''), () => {
      for (const one of cases)
        it(one.title, () =>
          withFiles(one, async () => {
            const diagnostics = await found(one);
            for (const { code } of diagnostics) reported.add(code);
            expectPlaces(diagnostics);
            const report = reportOf(diagnostics)
              .replaceAll(process.cwd(), 'DIR')
              .replaceAll(dirname(process.cwd()), 'ABOVE');
            if (update) written.set(one.text, withReport(one.text, report));
            else expect(report).to.equal(one.report.trimEnd());
          }),
        );
      after(() => {
        if (update) writeFileSync(join(folder, file), [...written.values()].join('---\n'));
      });
    });
  }

  describe('all of it', () => {
    it('is reported before any host is contacted', () => expect(knocks).to.equal(0));

    it('has a case for every code', () => {
      expect(Object.keys(codes).filter((code) => !reported.has(code) && !elsewhere.has(code))).to.deep.equal([]);
    });
  });
});

/** Codes that are not checked before a run. */
const elsewhere = new Set(['lab-host', 'no-inventory', 'prompt-unanswered', 'setting-value', 'unknown-setting']);

function withReport(text: string, report: string): string {
  const [before] = text.split(/^report: \|.*$/m);
  const lines = report.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
  return `${before!.trimEnd()}\nreport: |\n${lines.join('\n')}\n`;
}
