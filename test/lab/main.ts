import { homedir } from 'node:os';
import { join } from 'node:path';
import * as lab from './index.ts';

const abort = new AbortController();
process.once('SIGINT', () => abort.abort(new Error('interrupted')));
const [command = 'status', ...rest] = process.argv.slice(2);
const hosts = [
  ['k8s-lb', 5],
  ['k8s-master-1', 10],
  ['k8s-master-2', 11],
  ['k8s-worker-1', 20],
  ['k8s-worker-2', 21],
].map(([name, n]) => ({ name: String(name), address: `10.20.1.${n}`, listen: `127.20.1.${n}`, port: 22 }));
if (process.env.LAB_EXTRA) hosts.push({ name: 'extra', address: '10.20.1.30', listen: '127.20.1.30', port: 22 });
const options = {
  hosts,
  cache: process.env.LAB_CACHE ?? join(homedir(), '.cache/tsplay'),
  state: process.env.LAB_STATE ?? join(homedir(), '.local/state/tsplay/lab'),
  log: (l: string) => console.log(l),
  signal: abort.signal,
  kubernetes: process.env.LAB_K8S === '1',
};
const start = performance.now();
try {
  if (command === 'up') await lab.labUp(options);
  if (command === 'one')
    await lab.labUp({
      ...options,
      hosts: [...hosts, { name: 'extra', address: '10.20.1.30', listen: '127.20.1.30', port: 22 }],
    });
  if (command === 'down') await lab.labDown(options);
  if (command === 'reset') await lab.labReset(options, rest.length ? rest : undefined);
  if (command === 'status') console.table(await lab.labStatus(options));
  if (command === 'kill') await lab.hostKill(options, rest[0] ?? '');
  if (command === 'start') await lab.hostStart(options, rest[0] ?? '');
  if (command === 'exec') console.log(await lab.hostExec(options, rest[0] ?? '', rest.slice(1)));
  if (command === 'digest') console.log(await lab.upperDigest(options, rest[0] ?? ''));
  if (command === 'req') console.log(await lab.requirements());
} catch (error) {
  console.error(error instanceof Error && error.name === 'LabError' ? error.message : error);
  process.exitCode = 1;
}
console.log(`${((performance.now() - start) / 1000).toFixed(2)} s`);
