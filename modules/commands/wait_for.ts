import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule } from '../../engine/module/module.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { pathState } from '../files/path.ts';
import { lintPatterns } from '../files/pattern.ts';
import { fileMatches } from '../files/search.ts';
import { portOpen } from './network.ts';

export const wait_for = defineModule({
  name: 'wait_for',
  summary: 'Waits until a port is open or closed, or a path exists or not.',
  subject: 'commands',
  args: {
    type: 'object',
    description: 'Checked from the host. If the condition already holds, there is no wait.',
    properties: {
      host: {
        type: 'string',
        format: 'host',
        default: '127.0.0.1',
        description: "The host to connect to, as seen from the task's host.",
      },
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'The TCP port.' },
      path: { type: 'string', format: 'path', description: 'A path on the host.' },
      state: {
        enum: ['started', 'stopped', 'present', 'absent'],
        default: 'started',
        description: '`started` and `present` mean the same, as do `stopped` and `absent`.',
      },
      search_regex: {
        type: 'string',
        description:
          'With path: the file must match this regular expression, as in Python; `^` and `$` match at the ends of each line. Of a file larger than 4 MiB the last 4 MiB are searched.',
      },
      timeout: { type: 'number', minimum: 0, default: 300, description: 'Seconds.' },
      connect_timeout: { type: 'integer', minimum: 1, default: 5, description: 'Seconds for each attempt.' },
      delay: { type: 'number', minimum: 0, default: 0, description: 'Seconds between the first and the second check.' },
      sleep: { type: 'number', minimum: 0, default: 1, description: 'Seconds between checks.' },
      msg: { type: 'string', description: 'The failure message on timeout.' },
    },
    allOf: [{ oneOf: [{ required: ['port'] }, { required: ['path'] }] }],
    additionalProperties: false,
  },
  returns: { type: 'object', properties: { elapsed: { type: 'integer', description: 'Seconds waited.' } } },
  nature: 'wait',
  examples: [
    `- name: the load balancer listens
  wait_for:
    port: 6443
    timeout: 30`,
    `- name: the API server of the first node can be reached
  wait_for:
    host: 10.20.1.10
    port: 6443`,
    `- name: the cloud has finished its part
  wait_for:
    path: /var/lib/cloud/instance/boot-finished`,
  ],
  lint: (args) => [
    ...('search_regex' in args && 'port' in args ? ['search_regex requires path, not port'] : []),
    ...lintPatterns(args, ['search_regex']),
  ],
  async check(args, host) {
    const target = subject(args);
    const wanted = args.state === 'started' || args.state === 'present';
    const holds = (await target.look((probe) => host.read(probe))) === wanted;
    return {
      present: { target, wanted },
      differences: holds ? [] : [{ what: target.shown, from: wanted ? 'absent' : 'present', to: args.state }],
      result: {
        elapsed: 0,
        ...(args.port !== undefined && { port: args.port }),
        ...(args.path !== undefined && { path: args.path }),
      },
    };
  },
  async change(args, { present }, host) {
    const begun = performance.now();
    const elapsed = (): number => Math.round((performance.now() - begun) / 1000);
    await sleep(args.delay * 1000, undefined, { signal: host.signal });
    for (;;) {
      if ((await present.target.look((probe) => host.readNow(probe))) === present.wanted)
        return { result: { elapsed: elapsed() }, message: `waited ${elapsed()} s` };
      if (performance.now() - begun >= args.timeout * 1000) break;
      await sleep(args.sleep * 1000, undefined, { signal: host.signal });
    }
    const state = present.wanted ? 'still absent' : 'still present';
    throw new TaskFailure(args.msg ?? `after ${args.timeout} s ${present.target.shown} is ${state}`, {
      result: { elapsed: elapsed() },
    });
  },
});

type Read = <T>(probe: Probe<T>) => Promise<T>;

function subject(args: {
  host: string;
  port?: number;
  path?: string;
  search_regex?: string;
  connect_timeout: number;
}): { look(read: Read): Promise<boolean>; shown: string } {
  const { host, port, path, search_regex: pattern, connect_timeout: seconds } = args;
  if (port !== undefined)
    return { look: (read) => read(portOpen(host, port, seconds)), shown: `port ${port} of ${host}` };
  if (pattern !== undefined)
    return { look: (read) => fileMatches(read, path!, 'search_regex', pattern), shown: `'${pattern}' in ${path}` };
  return { look: async (read) => (await read(pathState(path!))).type !== 'absent', shown: path! };
}
