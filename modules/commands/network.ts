import { TaskFailure } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** Whether something accepts a TCP connection, tried from the host with what it has: bash, nc, curl, or for itself the kernel's table. */
export function portOpen(address: string, port: number, seconds: number): Probe<boolean> {
  const own = /^(127\.\d+\.\d+\.\d+|localhost|::1)$/.test(address);
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const inUrl = address.includes(':') ? `[${address}]` : address;
  return {
    key: `port:${address}:${port}`,
    script: [
      sh`if command -v bash >/dev/null 2>&1; then timeout ${seconds} bash -c ': <>"/dev/tcp/$0/$1"' ${address} ${port} 2>/dev/null`,
      sh`elif command -v nc >/dev/null 2>&1; then nc -z -w ${seconds} ${address} ${port} >/dev/null 2>&1`,
      sh`elif command -v curl >/dev/null 2>&1; then time=$(curl -q -s --noproxy '*' -o /dev/null -w '%{time_connect}' --connect-timeout ${seconds} -m ${seconds} telnet://${inUrl}:${port}); case $time in *[1-9]*) true ;; *) false ;; esac`,
      own
        ? sh`else cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=${hex} '$4 == "0A" { n = split($2, a, ":"); if (a[n] == port) found = 1 } END { exit !found }'`
        : 'else exit 77',
      'fi',
    ].join('\n'),
    parse(out) {
      if (out.code === 77)
        throw new TaskFailure(`the host has no tool to test ${address}:${port} with`, {
          hint: 'install bash, nc or curl',
        });
      return out.code === 0;
    },
    volatile: true, // services come up and go down by themselves
    shared: !own,
  };
}
