import type { Output, ProbeKind } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** What `stat -c` is asked for of a path. */
export const presentFormat = '%a|%U|%u|%G|%g|%F';

/** Names and targets may hold any character but NUL, which ends them here. Of what it cannot look at, stat tells in a line each. */
export const pathStates: ProbeKind = {
  script: (paths) =>
    sh`LC_ALL=C stat --printf='%n\\0'${presentFormat}'\\0' ${paths}; set --; for path in ${paths}; do [ ! -L "$path" ] || set -- "$@" "$path"; done; [ $# -eq 0 ] || readlink -z "$@"`,
  shares(out, paths) {
    const problems = out.stderr.split('\n').slice(0, -1);
    const fields = out.stdout.split('\0').slice(0, -1);
    const present = paths.length - problems.length;
    const targets = fields.splice(2 * Math.max(present, 0));
    if (fields.length !== 2 * present) return undefined;
    const outputs: Output[] = [];
    for (const path of paths) {
      if (fields[0] !== path) {
        outputs.push({ code: 1, stdout: '', stderr: `${problems.shift()}\n` });
        continue;
      }
      const state = fields.splice(0, 2)[1]!;
      const target = state.endsWith('|symbolic link') ? targets.shift() : '';
      if (target === undefined) return undefined;
      outputs.push({ code: 0, stdout: `${state}\n${target}\n`, stderr: '' });
    }
    return fields.length + problems.length + targets.length === 0 ? outputs : undefined;
  },
};
