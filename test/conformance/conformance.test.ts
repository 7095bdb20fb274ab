import { ahead } from './ahead.ts';
import { Ansible, ansibleVersion } from './ansible/run.ts';
import { type Case, loadCases } from './case.ts';
import { difference, type Expected, type Outcome } from './compare.ts';

const all = loadCases();
const root = process.getuid?.() === 0;
const cases = all.filter(({ needs }) => needs !== 'root' || root);

function expectOutcome(seen: Outcome, expected: Expected): void {
  const problem = difference(seen, expected);
  if (problem !== undefined) throw new Error(problem);
}

/** Further ones are compared by `npm run prove -- equivalence`. */
const windows = { conformance: Number.POSITIVE_INFINITY, 'conformance, none ahead': 0 };

for (const [suite, window] of Object.entries(windows))
  describe(suite, () => {
    let onTsplay: (entry: Case) => Promise<Outcome>;

    // mocha loads tests with require(): what the engine imports while it runs would be other modules with other error classes.
    before(async () => {
      const { runOnTsplay } = await import('./tsplay.ts');
      onTsplay = ahead(cases, 3, (entry: Case) => runOnTsplay(entry, window));
    });

    for (const { topic, title } of all.filter((entry) => !cases.includes(entry)))
      it(`${topic} / ${title} (skipped: needs root)`);

    for (const entry of cases)
      it(`${entry.topic} / ${entry.title}`, async () => {
        const { trace, refused, messages, contents, exit = refused ? 1 : 0 } = entry;
        expectOutcome(await onTsplay(entry), { trace, exit, refused, messages, contents });
      });
  });

describe('conformance with ansible-core', () => {
  const compared = cases.filter(({ ansible }) => ansible !== undefined);
  const version = ansibleVersion();
  if (version === undefined) {
    for (const { topic, title } of compared) it(`${topic} / ${title} (skipped: ansible-core is not installed)`);
    return;
  }
  const ansible = new Ansible(version);
  const onAnsible = ahead(compared, 2, (entry: Case) => ansible.run(entry));
  after(() => ansible.close());

  for (const entry of compared)
    it(`${entry.topic} / ${entry.title}: ansible-core ${version} ${entry.ansible === 'same' ? 'agrees' : 'differs as told'}`, async function () {
      this.timeout(60_000);
      const seen = await onAnsible(entry);
      if (seen.kept) this.test!.title += ' (kept from an earlier run)';
      expectOutcome(seen, expectedOfAnsible(entry, seen));
      if (!seen.kept) ansible.keep(entry, seen);
    });
});

/** Where both refuse a playbook only that is compared: Ansible has no codes for what is wrong, and several exits. */
function expectedOfAnsible({ ansible, trace, exit = 0, refused }: Case, seen: Outcome): Expected {
  if (typeof ansible === 'object') return { trace: ansible.trace, exit: ansible.exit ?? 0 };
  return refused ? { trace: [], exit: seen.exit || 1 } : { trace, exit };
}
