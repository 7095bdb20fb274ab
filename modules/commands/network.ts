import { TaskFailure } from '../../engine/module/failure.ts';
import type { Output, Probe } from '../../engine/module/probe.ts';
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

export interface HttpRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly validateCerts: boolean;
  readonly caFile?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly seconds: number;
}

export interface HttpAnswer {
  /** 0: no answer; -1: the host has no tool to send the request. `problem` says why. */
  readonly status: number;
  readonly contentType: string;
  readonly content: string;
  readonly problem: string;
}

export function httpAnswer(request: HttpRequest): Probe<HttpAnswer> {
  return {
    key: `http:${request.method} ${request.url}`,
    script: httpScript(request),
    parse: parseAnswer,
    shared: true,
    volatile: true, // a response may contain the time or a unique number
    appearsWith: { cause: 'package', absent: ({ status }) => status === -1 },
  };
}

/** With curl, else (a GET without headers) wget. Headers and body go in through a pipe: they may be secrets, and a command's words are seen by all. */
export function httpScript(request: HttpRequest): string {
  const { url, method, headers, body, validateCerts, caFile, clientCertificate, clientKey, seconds } = request;
  const follows = method === 'GET' || method === 'HEAD';
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const config = [
    `url = ${text(url)}`,
    method === 'HEAD' ? 'head' : `request = ${text(method)}`,
    ...lines.map((line) => `header = ${text(line)}`),
    ...(body === undefined ? [] : [`data-binary = ${text(body)}`]),
    ...(follows ? ['location', 'max-redirs = 10'] : []),
    ...(validateCerts ? [] : ['insecure']),
    ...(caFile === undefined ? [] : [`cacert = ${text(caFile)}`]),
    ...(clientCertificate === undefined ? [] : [`cert = ${text(clientCertificate)}`]),
    ...(clientKey === undefined ? [] : [`key = ${text(clientKey)}`]),
    `max-time = ${seconds}`,
    'silent',
    'show-error',
    `write-out = "\\n%{http_code} %{content_type}"`,
  ].join('\n');
  const options = [
    ...(validateCerts ? [] : ['--no-check-certificate']),
    ...(caFile === undefined ? [] : [`--ca-certificate=${caFile}`]),
    ...(clientCertificate === undefined ? [] : [`--certificate=${clientCertificate}`]),
    ...(clientKey === undefined ? [] : [`--private-key=${clientKey}`]),
    `--timeout=${seconds}`,
  ];
  const wget = [
    // The answer's head goes to stderr, the body to stdout; the last status and type are those after redirects.
    sh`elif command -v wget >/dev/null 2>&1; then { head=$(wget -q -S --content-on-error --tries=1 ${options} -O - -- ${url} 2>&1 >&3); } 3>&1`,
    `printf '\\n%s %s' "$(printf '%s\\n' "$head" | sed -n 's|^ *HTTP/[0-9.]* \\([0-9]*\\).*|\\1|p' | tail -n 1)" "$(printf '%s\\n' "$head" | sed -n 's|^ *[Cc]ontent-[Tt]ype: *||p' | tail -n 1)"`,
    `printf '%s\\n' "$head" | grep -v '^ ' >&2`,
    'exit 0',
  ];
  return [
    sh`if command -v curl >/dev/null 2>&1; then printf '%s\n' ${config} | curl -q -K -`,
    ...(method === 'GET' && lines.length === 0 && body === undefined ? wget : []),
    'else exit 77; fi',
  ].join('\n');
}

export function parseAnswer(out: Output): HttpAnswer {
  if (out.code === 77) return { status: -1, contentType: '', content: '', problem: 'the host has no curl' };
  const end = out.stdout.lastIndexOf('\n');
  const [, status = '0', contentType = ''] = /^(\d+) ?(.*)$/.exec(out.stdout.slice(end + 1).trim()) ?? [];
  const problem = out.stderr
    .trim()
    .split('\n')
    .at(-1)!
    .replace(/^curl: /, '');
  return { status: Number(status), contentType, content: out.stdout.slice(0, Math.max(0, end)), problem };
}

/** A text of curl's configuration file. */
function text(value: string): string {
  const escapes: Record<string, string> = {
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
    '"': '\\"',
    '\\': '\\\\',
  };
  return `"${value.replace(/[\n\r\t\v"\\]/g, (c) => escapes[c]!)}"`;
}
