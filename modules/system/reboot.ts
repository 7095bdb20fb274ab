import { setTimeout as sleep } from 'node:timers/promises';
import { TaskFailure } from '../../engine/module/failure.ts';
import { defineModule, type Writer } from '../../engine/module/module.ts';
import { sh } from '../../engine/module/quote.ts';
import { bootId } from './kernel.ts';

export const reboot = defineModule({
  name: 'reboot',
  summary: 'Reboots the host and waits until it is back.',
  subject: 'system',
  args: {
    type: 'object',
    description:
      "Always reboots: use it in a handler or with a condition. The host is back when the kernel's boot ID has changed and test_command succeeds.",
    properties: {
      reboot_timeout: { type: 'integer', minimum: 1, default: 600, description: 'Seconds.' },
      pre_reboot_delay: { type: 'integer', minimum: 0, default: 0, description: 'Seconds to wait before the reboot.' },
      post_reboot_delay: {
        type: 'integer',
        minimum: 0,
        default: 0,
        description: 'Seconds to wait once the host is back.',
      },
      msg: { type: 'string', default: 'Reboot by tsplay', description: 'Message to logged-in users.' },
      test_command: {
        type: 'string',
        default: 'true',
        description: 'A command that must succeed before the host counts as back.',
      },
    },
    additionalProperties: false,
  },
  returns: {
    type: 'object',
    properties: {
      rebooted: { type: 'boolean', description: 'Whether the host was rebooted.' },
      elapsed: { type: 'integer', description: 'Seconds until it was back.' },
    },
  },
  nature: 'action',
  examples: [
    `- name: boot the new kernel
  reboot:
    reboot_timeout: 300
  when: kernel.changed`,
    `- name: boot, and wait until all has started
  reboot:
    test_command: systemctl is-system-running --wait`,
  ],
  check: () => Promise.resolve({ present: null, differences: [{ what: 'host', from: 'running', to: 'rebooted' }] }),
  async change(args, _found, host) {
    const begun = performance.now();
    const before = await host.readNow(bootId());
    await sleep(args.pre_reboot_delay * 1000, undefined, { signal: host.signal });
    // In the background and a moment later, so that the answer still gets through. As a word, wall takes the message for an option or a file.
    const out = await host.shell(
      sh`[ "$(id -u)" -eq 0 ] || { echo 'only root may reboot' >&2; exit 1; }; (sleep 1; printf '%s\n' ${args.msg} | wall; systemctl reboot || shutdown -r now || reboot) </dev/null >/dev/null 2>&1 &`,
    );
    if (out.code !== 0)
      throw new TaskFailure('the host cannot be rebooted', { output: out, hint: 'this needs root: set become: true' });
    await sleep(2000, undefined, { signal: host.signal });
    const deadline = begun + args.reboot_timeout * 1000;
    const problem = await backAgain(host, before, args.test_command, deadline, args.reboot_timeout);
    if (problem !== undefined)
      throw new TaskFailure(problem, { hint: 'check its console, or set a longer reboot_timeout' });
    await sleep(args.post_reboot_delay * 1000, undefined, { signal: host.signal });
    const elapsed = Math.round((performance.now() - begun) / 1000);
    return { result: { rebooted: true, elapsed }, message: `back after ${elapsed} s` };
  },
});

/** What is still wrong when the time is over; nothing when the host is back. */
async function backAgain(
  host: Writer,
  before: string,
  test: string,
  deadline: number,
  seconds: number,
): Promise<string | undefined> {
  let problem = `after ${seconds} s the host is not back`;
  for (;;) {
    try {
      await host.reconnect(Math.max(1, Math.ceil((deadline - performance.now()) / 1000)));
      if ((await host.readNow(bootId())) === before) problem = `after ${seconds} s the host has still not gone down`;
      else {
        const out = await host.run(['sh', '-c', test]);
        if (out.code === 0) return undefined;
        problem = `the host is back, but after ${seconds} s '${test}' still fails: ${out.stderr.trim().split('\n').at(-1) || `exit code ${out.code}`}`;
      }
    } catch (error) {
      // Connections that break while it goes down are what a reboot is like.
      if (performance.now() >= deadline) return `${problem}: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (performance.now() >= deadline) return problem;
    await sleep(1000, undefined, { signal: host.signal });
  }
}
