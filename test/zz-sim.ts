import { Bench, say } from './bench/bench.ts';
import { contestants } from './bench/contestants.ts';
import { simulatedHosts, simulatedNamespace, startSimulated } from './bench/simulate.ts';
import { measure } from './bench/measure.ts';
const signal = new AbortController();
process.once('SIGINT', () => signal.abort());
const { present } = await contestants();
const bench = await Bench.open(present, signal.signal);
const stop = await startSimulated(bench.options);
try {
  for (const count of process.argv[2]!.split(',').map(Number)) {
    const ground = bench.groundOf(`hosts-${count}`, simulatedHosts(count), simulatedNamespace);
    for (const c of present.filter(c => process.argv[3]!.split(',').includes(c.name))) {
      const ran = await measure(c.command('prepare', ground)!, signal.signal);
      say(`${count} ${c.name}: code ${ran.code} ${ran.seconds.toFixed(1)} s, CPU ${ran.cpuSeconds.toFixed(1)} s, ${ran.megabytes.toFixed(0)} MB`);
      if (ran.code !== 0) say(ran.output.slice(-1500));
    }
  }
} finally { await stop(); bench.close(); }
