import type { ProbeKind } from '../../engine/module/probe.ts';
import { sh } from '../../engine/module/quote.ts';

/** A name that stands for one package: no pattern, and no single architecture. */
export const onePackage = /^[a-z0-9][a-z0-9.+-]*$/;

/** The states of several packages from one dpkg-query, which reads all that dpkg knows, whatever it is asked for. */
export const packageStates: ProbeKind = {
  script: (names) => sh`dpkg-query -W -f='\${Package} \${db:Status-Want} \${db:Status-Status} \${Version}\n' ${names}`,
  shares(out, names) {
    if (out.code > 1) return undefined;
    const found = new Map<string, string>();
    for (const line of out.stdout.split('\n')) {
      const name = line.split(' ', 1)[0]!;
      found.set(name, `${found.get(name) ?? ''}${line.slice(name.length + 1)}\n`);
    }
    return names.map((name) => {
      const stdout = found.get(name);
      if (stdout !== undefined) return { code: 0, stdout, stderr: '' };
      return { code: 1, stdout: '', stderr: `dpkg-query: no packages found matching ${name}\n` };
    });
  },
};
