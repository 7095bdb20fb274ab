import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run bench`: the converged re-run of ha-cluster.yml on the lab's five hosts, beside check mode and the smallest run
 * there is, in turn, several times. Prints medians of wall time, and the controller's peak memory.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const rounds = 5;
const run = ['run', 'playbooks/ha-cluster.yml', '-i', 'inventory/lab.yml', '--output', 'jsonl'];
const works: Readonly<Record<string, readonly string[]>> = {
  'converged run': run,
  'converged run, --check': [...run, '--check'],
  'validate (no host)': ['validate', 'playbooks/ha-cluster.yml', '-i', 'inventory/lab.yml'],
};

interface Measured {
  readonly seconds: number;
  readonly peakMegabytes: number;
  readonly changed: number;
}

async function measure(args: readonly string[]): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, ['dist/tsplay.js', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid!));
  }, 20);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(watch);
  if (code !== 0)
    throw new Error(`tsplay ${args.join(' ')} ended with ${code}: is the lab up and converged? (npm start)`);
  const output = Buffer.concat(chunks).toString();
  const changed = output.split('\n').filter((line) => line.includes('"status":"changed"')).length;
  return { seconds: (performance.now() - started) / 1000, peakMegabytes: peak, changed };
}

/** The kernel's high-water mark of a process's resident memory. */
function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0; // it has just ended
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

const results = new Map<string, Measured[]>(Object.keys(works).map((name) => [name, []]));
for (let round = 0; round < rounds; round++)
  for (const [name, args] of Object.entries(works)) results.get(name)!.push(await measure(args));

process.stdout.write(
  `medians of ${rounds} rounds, five hosts\n${'work'.padEnd(26)}${'wall'.padStart(8)}${'peak'.padStart(10)}${'changed'.padStart(9)}\n`,
);
for (const [name, measured] of results) {
  const wall = `${median(measured.map((m) => m.seconds)).toFixed(2)} s`;
  const peak = `${Math.round(Math.max(...measured.map((m) => m.peakMegabytes)))} MB`;
  process.stdout.write(
    `${name.padEnd(26)}${wall.padStart(8)}${peak.padStart(10)}${String(Math.max(...measured.map((m) => m.changed))).padStart(9)}\n`,
  );
}
