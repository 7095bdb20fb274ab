import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../engine/lab/run.ts';
import { Bench, say } from './bench.ts';
import { contestants } from './contestants.ts';
import { plotOf } from './plot.ts';
import { further, scenarios } from './scenarios.ts';
import { tableOf } from './table.ts';

/**
 * `npm run bench [-- SCENARIO… --docs]`: the same work by tsplay, by Ansible and by hand, in turn, on the lab's hosts,
 * which it takes for itself. Prints a table; with --docs it goes into docs/performance.md, and a plot of it beside this file.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);

const page = 'docs/performance.md';
const args = process.argv.slice(2);
const intoDocs = args.includes('--docs');
const chosen = args.filter((arg) => arg !== '--docs');
const all = { ...scenarios, ...further };
const unknown = chosen.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) fail(`no such scenario: ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`);
if (!existsSync('dist/tsplay.js')) fail('dist/tsplay.js is what is measured, and is not there: npm run build');

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort());

const { present, missing, versions } = await contestants();
if (missing.length > 0) say(`left out, for they are not installed: apt-get install ${missing.join(' ')}`);
const bench = await open();
try {
  for (const [name, measure] of Object.entries(all))
    if (chosen.length === 0 ? Object.hasOwn(scenarios, name) : chosen.includes(name)) await attempt(name, measure);
} finally {
  bench.close();
}
const took = Math.round(performance.now() / 60_000);
const about = [
  `Medians of \`npm run bench\`, in ${took} minutes on ${cpus().length} processors that also carry the hosts; ${versions.join(', ')}.`,
  ...(missing.length > 0 ? [`Left out: ${missing.join(', ')} (not installed).`] : []),
  'A dash: it cannot do that, or would take minutes. Hosts beyond five are one sshd on many addresses, 50 worked on at a time.',
];
const table = `${tableOf(bench.results)}\n${about.join('\n')}\n`;
process.stdout.write(`\n${table}`);
if (intoDocs && !interrupt.signal.aborted) {
  replaceTable(table);
  writeFileSync('test/bench/results.svg', plotOf(bench.results));
}
for (const failure of bench.failures) say(`\nfailed: ${failure}`);
process.exitCode = bench.failures.length > 0 ? 1 : interrupt.signal.aborted ? 130 : 0;

/** What goes wrong in one scenario is told at the end; the others are measured. */
async function attempt(name: string, measure: (bench: Bench) => Promise<void>): Promise<void> {
  if (interrupt.signal.aborted) return;
  try {
    await measure(bench);
  } catch (error) {
    if (!interrupt.signal.aborted)
      bench.failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function open(): Promise<Bench> {
  try {
    return await Bench.open(present, interrupt.signal);
  } catch (error) {
    if (error instanceof LabError) fail(error.message);
    throw error;
  }
}

function replaceTable(text: string): void {
  const picture = '![time, CPU and memory by contestant, distance and number of hosts](../test/bench/results.svg)';
  const before = readFileSync(page, 'utf8');
  const marked = /(<!-- bench -->\n)[^]*?(<!-- end of bench -->)/;
  if (!marked.test(before))
    return say('docs/performance.md has no `<!-- bench -->` … `<!-- end of bench -->`: left as it is');
  writeFileSync(
    page,
    before.replace(marked, (_, begin: string, end: string) => `${begin}\n${picture}\n\n${text}\n${end}`),
  );
}

function fail(message: string): never {
  say(message);
  process.exit(1);
}
