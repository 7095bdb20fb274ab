import { createHash } from 'node:crypto';
import type { Output, Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { following, request, text, wget } from './curl.ts';

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

export function httpAnswer(asked: HttpRequest): Probe<HttpAnswer> {
  return {
    key: keyOf(asked),
    script: httpScript(asked),
    parse: parseAnswer,
    shared: true,
    volatile: true, // a response may contain the time or a unique number
    appearsWith: { cause: 'package', absent: ({ status }) => status === -1 },
  };
}

/** Two requests are the same observation only if all of what is sent is the same. */
function keyOf({ url, method, ...rest }: HttpRequest): string {
  const more = JSON.stringify({ ...rest, seconds: undefined });
  const plain = JSON.stringify({ headers: {}, validateCerts: true });
  return `http:${method} ${url}${more === plain ? '' : ` ${createHash('sha256').update(more).digest('hex')}`}`;
}

/** None of curl's exit codes. */
const noTool = 177;

/** With curl, else (a GET without headers) wget. */
export function httpScript(asked: HttpRequest): string {
  const { url, method, headers, body, validateCerts, caFile, clientCertificate, clientKey, seconds } = asked;
  const follows = method === 'GET' || method === 'HEAD';
  const options = [
    method === 'HEAD' ? 'head' : `request = ${text(method)}`,
    // A body that begins with @ names a file of the host in every other option.
    ...(body === undefined ? [] : [`${body.startsWith('@') ? 'data-raw' : 'data-binary'} = ${text(body)}`]),
    ...(validateCerts ? [] : ['insecure']),
    ...(caFile === undefined ? [] : [`cacert = ${text(caFile)}`]),
    // A colon would begin its password.
    ...(clientCertificate === undefined ? [] : [`cert = ${text(clientCertificate.replace(/[\\:]/g, '\\$&'))}`]),
    ...(clientKey === undefined ? [] : [`key = ${text(clientKey)}`]),
    `max-time = ${seconds}`,
    'silent',
    'show-error',
  ];
  const said = '\n%{http_code} %{content_type}';
  const sent = follows
    ? following({ url, headers }, options, { said })
    : request({ url, headers }, [...options, `write-out = ${text(said)}`]);
  const wgetOptions = [
    ...(validateCerts ? [] : ['--no-check-certificate']),
    ...(caFile === undefined ? [] : [`--ca-certificate=${caFile}`]),
    ...(clientCertificate === undefined ? [] : [`--certificate=${clientCertificate}`]),
    ...(clientKey === undefined ? [] : [`--private-key=${clientKey}`]),
    `--timeout=${seconds}`,
  ];
  const byWget = [
    // The answer's head goes to stderr, the body to stdout; the last status and type are those after redirects.
    `elif command -v wget >/dev/null 2>&1; then { head=$(${wget(url, sh`-q -S --content-on-error --tries=1 ${wgetOptions} -O -`)} 2>&1 >&3); } 3>&1`,
    `printf '\\n%s %s' "$(printf '%s\\n' "$head" | sed -n 's|^ *HTTP/[0-9.]* \\([0-9]*\\).*|\\1|p' | tail -n 1)" "$(printf '%s\\n' "$head" | sed -n 's|^ *[Cc]ontent-[Tt]ype: *||p' | tail -n 1)"`,
    `printf '%s\\n' "$head" | grep -v '^ ' >&2`,
    'exit 0',
  ];
  return [
    `if command -v curl >/dev/null 2>&1; then ${sent}`,
    ...(method === 'GET' && Object.keys(headers).length === 0 && body === undefined ? byWget : []),
    `else exit ${noTool}; fi`,
  ].join('\n');
}

export function parseAnswer(out: Output): HttpAnswer {
  if (out.code === noTool) return { status: -1, contentType: '', content: '', problem: 'the host has no curl' };
  const end = out.stdout.lastIndexOf('\n');
  const [, status = '0', contentType = ''] = /^(\d+) ?(.*)$/.exec(out.stdout.slice(end + 1).trim()) ?? [];
  const problem = out.stderr
    .trim()
    .split('\n')
    .at(-1)!
    .replace(/^curl: /, '');
  return { status: Number(status), contentType, content: out.stdout.slice(0, Math.max(0, end)), problem };
}
