import { expect } from 'chai';
import type { Output, Probe, ProbeKind } from '../../../engine/module/probe.ts';
import { batcherFor } from '../../../engine/run/host/probe-batcher.ts';
import type { Connection, Script } from '../../../engine/transport/types.ts';

const output = (stdout: string): Output => ({ code: 0, stdout, stderr: '' });

/** A connection on which each script prints itself, and what went over it. */
function echo(): { connection: Connection; sent: string[][] } {
  const sent: string[][] = [];
  const run = async (scripts: readonly Script[]) => {
    sent.push(scripts.map(({ text }) => text));
    return scripts.map(({ text }) => ({ code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) }));
  };
  return { connection: { shell: async () => ({ run }) } as unknown as Connection, sent };
}

const kind: ProbeKind = {
  script: (subjects) => `all of ${subjects.join(' ')}`,
  shares: (out, subjects) =>
    subjects.includes('strange') ? undefined : subjects.map((subject) => output(`${subject} in '${out.stdout}'`)),
};
const probe = (subject: string, of?: ProbeKind): Probe<string> => ({
  key: subject,
  script: subject,
  parse: ({ stdout }) => stdout,
  ...(of && { together: { kind: of, subject } }),
});

async function ask(...probes: readonly Probe<string>[]): Promise<{ told: string[]; sent: string[][] }> {
  const { connection, sent } = echo();
  const batch = batcherFor(connection, undefined);
  const outputs = await Promise.all(probes.map((one) => batch.ask(one)));
  return { told: outputs.map(({ stdout }) => stdout), sent };
}

describe('a batch of probes', () => {
  it('asks those of a kind as one, in one round trip with the rest', async () => {
    const { told, sent } = await ask(probe('a', kind), probe('x'), probe('b', kind), probe('y', { ...kind }));
    expect(sent).to.deep.equal([['all of a b', 'x', 'y']]);
    expect(told).to.deep.equal(["a in 'all of a b'", 'x', "b in 'all of a b'", 'y']);
  });

  it('asks one by one those of whom the common answer tells nothing', async () => {
    const { told, sent } = await ask(probe('a', kind), probe('strange', kind), probe('x'));
    expect(sent).to.deep.equal([
      ['all of a strange', 'x'],
      ['a', 'strange'],
    ]);
    expect(told).to.deep.equal(['a', 'strange', 'x']);
  });

  it('asks no more than a process takes at once', async () => {
    const { sent } = await ask(...Array.from({ length: 450 }, (_, i) => probe(String(i), kind)));
    expect(sent.map((scripts) => scripts.length)).to.deep.equal([3]);
  });
});
