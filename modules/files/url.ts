import { TaskFailure } from '../../engine/module/failure.ts';
import type { Probe } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** SHA-256 of what a web address serves to the host now; shared: another host's change can alter it. */
export function urlDigest(url: string): Probe<string> {
  return {
    key: `url-digest:${url}`,
    script: sh`fetched() { if command -v curl >/dev/null; then curl -fsSL -- ${url}; elif command -v wget >/dev/null; then wget -qO- -- ${url}; else echo 'neither curl nor wget is installed' >&2; return 1; fi; }; { fetched || echo failed >&3; } 3>&2 | sha256sum`,
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
