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
 * `npm run bench [-- SCENARIO… --readme]`: measures the same work by tsplay, by Ansible and by hand, in turn, on the lab's
 * hosts, which it resets. Prints a table; with --readme also writes it to README.md, and a plot next to this file.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
process.chdir(root);

const args = process.argv.slice(2);
const readme = args.includes('--readme');
const chosen = args.filter((arg) => arg !== '--readme');
const all = { ...scenarios, ...further };
const unknown = chosen.filter((name) => !Object.hasOwn(all, name));
if (unknown.length > 0) fail(`no such scenario: ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`);
if (!existsSync('dist/tsplay.js')) fail('dist/tsplay.js, which is measured, does not exist: npm run build');

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupt.abort());

const { present, missing, versions } = await contestants();
if (missing.length > 0) say(`skipped, because they are not installed: apt-get install ${missing.join(' ')}`);
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
  ...(missing.length > 0 ? [`Skipped: ${missing.join(', ')} (not installed).`] : []),
  'A dash: it cannot do that, or would take minutes. More than five hosts are one sshd on many addresses, with 50 forks.',
];
const table = `${tableOf(bench.results)}\n${about.join('\n')}\n`;
process.stdout.write(`\n${table}`);
if (readme && !interrupt.signal.aborted) {
  replaceTable(table);
  writeFileSync('test/bench/results.svg', plotOf(bench.results));
}
for (const failure of bench.failures) say(`\nfailed: ${failure}`);
process.exitCode = bench.failures.length > 0 ? 1 : interrupt.signal.aborted ? 130 : 0;

/** A failure in one scenario is reported at the end; the others are still measured. */
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
  const picture = '![time, CPU and memory by contestant, distance and number of hosts](test/bench/results.svg)';
  const before = readFileSync('README.md', 'utf8');
  const marked = /(<!-- bench -->\n)[^]*?(<!-- end of bench -->)/;
  if (!marked.test(before)) return say('README.md has no `<!-- bench -->` … `<!-- end of bench -->`: not changed');
  writeFileSync(
    'README.md',
    before.replace(marked, (_, begin: string, end: string) => `${begin}\n${picture}\n\n${text}\n${end}`),
  );
}

function fail(message: string): never {
  say(message);
  process.exit(1);
}
