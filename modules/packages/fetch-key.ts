import { sh } from '../../engine/module/quote.ts';

/** Prints what is at an address, with what the host has: curl, wget, or apt's own helper. */
export function fetchKey(url: string): string {
  return sh`if command -v curl >/dev/null 2>&1; then curl -q -fsSL --max-time 60 -- ${url}; elif command -v wget >/dev/null 2>&1; then wget -q --tries=2 --timeout=30 -O - -- ${url}; else file=$(mktemp) && trap 'rm -f -- "$file"' EXIT && /usr/lib/apt/apt-helper download-file ${url} "$file" >&2 && cat "$file"; fi`;
}
