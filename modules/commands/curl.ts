import { sh } from '../../engine/module/quote.ts';

/**
 * curl reads its whole request from its standard input: the address, headers and bodies may be secret, and every user of the
 * host sees the words of a command. `-q`, which must come first: no configuration of the host's user is read.
 */
const curl = 'curl -q -K -';

/** A schema: HTTP headers, of which none can become two. A name that begins with @ would be a file for curl. */
export const headersSchema = {
  type: 'object',
  propertyNames: { pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" },
  additionalProperties: { type: 'string', format: 'line' },
} as const;

export interface Address {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What every request has. The address is sent as it is: braces and brackets in it are not several addresses. */
function always(url: string): readonly string[] {
  return ['globoff', `proto = "=http,https${url.startsWith('ftp:') ? ',ftp' : ''}"`, 'proto-redir = "=http,https"'];
}

/** A text of curl's configuration. */
export function text(value: string): string {
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

/** An empty value would make curl leave the header out. */
function headerLines(headers: Address['headers']): readonly string[] {
  return Object.entries(headers ?? {}).map(
    ([name, value]) => `header = ${text(value.trim() === '' ? `${name};` : `${name}: ${value}`)}`,
  );
}

/** A request that follows no redirect. `options` are lines of curl's configuration. */
export function request({ url, headers }: Address, options: readonly string[]): string {
  const config = [`url = ${text(url)}`, ...always(url), ...headerLines(headers), ...options].join('\n');
  return sh`printf '%s\n' ${config} | ` + curl;
}

/**
 * A request that follows up to ten redirects. curl itself takes only `Authorization` and `Cookie` away from another server, but
 * every header may be a secret: with headers each redirect is followed here, and only the server that was named gets them.
 * `into`: the file that gets the body, as a word of the shell; otherwise it is printed, with what `said` writes after it.
 */
export function following(address: Address, options: readonly string[], { into = '', said = '' } = {}): string {
  const { url, headers } = address;
  const output = into === '' ? '' : ` -o ${into}`;
  if (Object.keys(headers ?? {}).length === 0) {
    const more = ['location', 'max-redirs = 10', ...(said === '' ? [] : [`write-out = ${text(said)}`])];
    return request(address, [...options, ...more]) + output;
  }
  const config = [...always(url), ...options, `write-out = ${text(`${said}\n%{redirect_url}.`)}`].join('\n');
  return [
    sh`( url=${url} headers=${headerLines(headers).join('\n')} config=${config} hops=0 newline=${'\n'}`,
    `origin() { at=\${1#*://}; at=\${at%%[/?#]*}; printf %s "\${1%%://*}://\${at##*@}"; }`,
    `first=$(origin "$url") sent=$headers`,
    'while :; do',
    `  answer=$(printf 'url = "%s"\\n%s\\n%s\\n' "$(printf %s "$url" | sed 's/[\\\\"]/\\\\&/g')" "$config" "$sent" | ${curl}${output}); code=$?`,
    `  next=\${answer##*"$newline"}; next=\${next%.}`,
    '  [ -n "$next" ] && [ $hops -lt 10 ] || break',
    `  hops=$((hops + 1)) url=$next sent=$headers; [ "$(origin "$url")" = "$first" ] || sent=`,
    'done',
    '[ -z "$next" ] || { echo "too many redirects" >&2; code=47; }',
    `printf %s "\${answer%"$newline"*}"; exit $code )`,
  ].join('\n');
}

/** Whether the address may stand in an argument list: it holds no password, and no query, where keys are. */
export function isOpen(url: string): boolean {
  return !/^\w+:\/\/[^/?#]*@/.test(url) && !url.includes('?');
}

/** wget with this address and without its user's configuration and passwords; only GNU's can read an address that is not open. */
export function wget(url: string, options: string): string {
  const command = `HOME=/dev/null wget ${/^ftp:.*[*?[]/.test(url) ? '--no-glob ' : ''}${options}`;
  return isOpen(url) ? command + sh` -- ${url}` : sh`printf '%s\n' ${url} | ` + command + ' -i -';
}

/** Prints what is at an address, with what the host has: curl, wget or, where `apt` allows it, apt's own helper. */
export function printed(url: string, { seconds, apt = false }: { seconds?: number; apt?: boolean } = {}): string {
  const limit = seconds === undefined ? [] : [`max-time = ${seconds}`];
  const times = seconds === undefined ? '' : `--tries=2 --timeout=${seconds / 2} `;
  return [
    `if command -v curl >/dev/null 2>&1; then ${following({ url }, ['fail', 'silent', 'show-error', ...limit])}`,
    `elif command -v wget >/dev/null 2>&1; then ${wget(url, `-q ${times}-O -`)}`,
    ...(apt && isOpen(url)
      ? [
          sh`elif [ -x /usr/lib/apt/apt-helper ]; then ( file=$(mktemp) && trap 'rm -f -- "$file"' EXIT && /usr/lib/apt/apt-helper download-file ${url} "$file" >&2 && cat "$file" )`,
        ]
      : []),
    `else echo 'the host has no program for this address: install curl' >&2; false; fi`,
  ].join('\n');
}

/** Passwords in an address, to be masked; also as they are once decoded. */
export function passwordsIn(url: string): readonly string[] {
  const [, password] = /^\w+:\/\/[^/?#@]*?:([^/?#]*)@/.exec(url) ?? [];
  if (password === undefined || password === '') return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
