import { TaskFailure } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';
import { replaceScript } from '../../engine/module/replace-file.ts';
import { following, isOpen, printed, wget } from '../commands/curl.ts';
import type { Attributes } from './attributes.ts';

export interface Download {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly will: Attributes;
  readonly unsafe_writes?: boolean;
  /** SHA-256 that the file must have before it counts. */
  readonly digest?: string;
}

/**
/**
 * Downloads beside the place, and takes it when the digest is right; prints the digest.
 * What is secret in the address and the headers is in no argument list.
 */
export function downloadScript({ url, path, headers, will, digest, unsafe_writes }: Download): string {
  const fill = [
    `if command -v curl >/dev/null 2>&1; then ${following({ url, headers }, ['fail', 'silent', 'show-error', 'retry = 2'], { into: '"$new"' })} || exit 1`,
    ...(Object.keys(headers).length > 0
      ? ["else echo 'headers can only be sent with curl, and curl is not installed' >&2; exit 1; fi"]
      : [
          `elif command -v wget >/dev/null 2>&1; then ${wget(url, '-q -O "$new"')} || { echo "wget ended with $?" >&2; exit 1; }`,
          ...(isOpen(url)
            ? [
                sh`elif [ -x /usr/lib/apt/apt-helper ]; then /usr/lib/apt/apt-helper download-file ${url} "$new" >&2 || exit 1`,
              ]
            : []),
          "else echo 'the host has no program for this address: install curl' >&2; exit 1; fi",
        ]),
    'got=$(sha256sum <"$new") && got=${got%% *} || exit 1',
    ...(digest === undefined
      ? []
      : [sh`[ "$got" = ${digest} ] || { echo "its sha256 is $got, not "${digest} >&2; exit 1; }`]),
    'echo "$got"',
  ];
  return replaceScript(path, { ...will, ...(unsafe_writes !== undefined && { unsafe_writes }) }, fill);
}

/** SHA-256 of what a web address serves to the host now; shared: another host's change can alter it. */
export function urlDigest(url: string): Probe<string> {
  return {
    key: `url-digest:${url}`,
    script: `fetched() {\n${printed(url)}\n}; { fetched || echo failed >&3; } 3>&2 | sha256sum`,
    parse(out) {
      const digest = /^[0-9a-f]{64}/.exec(out.stdout)?.[0];
      const lines = out.stderr.trim().split('\n');
      if (digest !== undefined && lines.at(-1) !== 'failed') return digest;
      throw new TaskFailure(
        `cannot read ${url} from the host: ${lines.filter((line) => line !== 'failed').at(-1) ?? 'no reason given'}`,
        { output: out },
      );
    },
    shared: true,
  };
}
