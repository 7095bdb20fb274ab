import { type Case, loadCases } from '../conformance/case.ts';
import { difference } from '../conformance/compare.ts';
import { runOnTsplay } from '../conformance/tsplay.ts';
import { say } from './ground.ts';
import { startSshd } from './sshd.ts';

const kinds = ['ssh', 'openssh'] as const;

/** Cases that are about the connection itself, or about what a variable of the connection is. */
function isAboutConnections({ inventory = '', playbook, files = {}, refused }: Case): boolean {
  const texts = [inventory, playbook, ...Object.values(files)].join('\n');
  return (
    refused !== undefined ||
    /ansible_(host|port|user|connection: *ssh|ssh_|password)|SSHPORT|remote_user|hostvars\b.*ansible|reset_connection/.test(
      texts,
    )
  );
}

export interface Compared {
  readonly kind: (typeof kinds)[number];
  readonly cases: number;
  readonly same: number;
}

/** Runs each conformance case on this machine directly and over an sshd by both kinds of connection, and compares. */
export async function compareTransports(
  problems: string[],
  slice: { readonly from: number; readonly to: number },
): Promise<readonly Compared[] | undefined> {
  const sshd = await startSshd();
  if (!sshd) return undefined;
  try {
    const root = process.getuid?.() === 0;
    const cases = loadCases()
      .filter((entry) => !isAboutConnections(entry) && (entry.needs !== 'root' || root))
      .slice(slice.from, slice.to);
    const same = new Map(kinds.map((kind) => [kind, 0]));
    for (const entry of cases) {
      const title = `${entry.topic} / ${entry.title}`;
      const direct = await runOnTsplay(entry, Number.POSITIVE_INFINITY);
      for (const kind of kinds) {
        const extra = { ...entry.extra, ...sshd.variables, ansible_connection: kind };
        const seen = await runOnTsplay({ ...entry, extra }, Number.POSITIVE_INFINITY);
        const parts = difference(seen, { ...direct, refused: direct.refused });
        if (parts === undefined) same.set(kind, same.get(kind)! + 1);
        else problems.push(`${title}: ${kind}: ${parts}`);
      }
      say(title);
    }
    return kinds.map((kind) => ({ kind, cases: cases.length, same: same.get(kind)! }));
  } finally {
    sshd.stop();
  }
}
