import { expect } from 'chai';
import { type Check, defineModule, type Reader, type Writer } from '../engine/module/module.ts';
import { type Prediction, type Probe, willBe } from '../engine/module/probe.ts';
import { LawBroken, tryModule } from '../engine/testing.ts';

const text: Probe<string> = { key: 'text', script: 'cat /text', parse: (out) => out.stdout };

interface Parts {
  readonly after?: (to: string) => readonly Prediction[];
  readonly look?: (host: Reader) => Promise<unknown>;
  readonly change?: false;
  readonly nature?: 'action';
}

/** A module that is as it should be but for the parts that are given. */
const module = ({ after = (to) => [willBe(text, to)], look = () => Promise.resolve(), change, nature }: Parts = {}) =>
  defineModule({
    name: 'note',
    summary: '',
    args: {
      type: 'object',
      properties: { to: { type: 'string' }, mode: { type: 'string', format: 'mode', default: '0644' } },
      required: ['to'],
    },
    examples: [],
    lint: ({ to }) => (to === '' ? ["'to' is empty"] : []),
    ...(nature && { nature }),
    async check({ to }, host): Promise<Check<string>> {
      await look(host);
      const present = await host.read(text);
      return {
        present,
        differences: present === to ? [] : [{ what: 'text', from: present, to }],
        after: after(to),
      };
    },
    ...(change !== false && {
      async change({ to, mode }: { to: string; mode: string }, _: Check<string>, host: Writer): Promise<void> {
        await host.write('/text', to, { mode });
      },
    }),
  });

const old = { reads: { text: 'old' } };

async function broken(parts: Parts, given: object = old): Promise<string> {
  const error = await tryModule(module(parts), { to: 'new' }, given).catch((e: unknown) => e);
  expect(error).to.be.instanceOf(LawBroken);
  return (error as Error).message;
}

async function message(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was thrown',
    (error: Error) => error.message,
  );
}

describe('tryModule', () => {
  it('shows differences, commands and what is written, with defaults filled in', async () => {
    const { check, commands, written, leftOver } = await tryModule(module(), { to: 'new' }, old);
    expect(check.differences).to.deep.equal([{ what: 'text', from: 'old', to: 'new' }]);
    expect(commands).to.deep.equal(['write /text']);
    expect(written['/text']).to.deep.equal({ content: 'new', attributes: { mode: '0644' } });
    expect(leftOver).to.deep.equal([]);
  });

  it('shows that nothing is done where nothing differs', async () => {
    const { check, commands } = await tryModule(module(), { to: 'old' }, old);
    expect([check.differences, commands]).to.deep.equal([[], []]);
  });

  it('takes the arguments of a task, and refuses what a playbook could not say', async () => {
    const args = { too: 'new' };
    expect(await message(tryModule(module(), args, old))).to.equal(
      "these arguments would be refused: 'note' needs 'to'; 'note' has no argument 'too' (did you mean 'to'?)",
    );
    expect(await message(tryModule(module(), { to: '' }, old))).to.equal(
      "these arguments would be refused: 'to' is empty",
    );
    expect(args).to.deep.equal({ too: 'new' });
  });

  it('says which probe the test has not given', async () => {
    expect(await message(tryModule(module(), { to: 'new' }, {}))).to.equal("the case does not say what 'text' reads");
  });

  describe('names the law that a module breaks', () => {
    it('check writes', async () => {
      const look = (host: Reader): Promise<unknown> => (host as Writer).run(['rm', '/text']);
      expect(await message(tryModule(module({ look }), { to: 'new' }, old))).to.equal(
        'check called host.run, which only change may use: a check never writes',
      );
    });

    it('check writes on another host', async () => {
      const look = (host: Reader): Promise<unknown> => (host.on('b') as Writer).write('/text', '', {});
      expect(await message(tryModule(module({ look }), { to: 'new' }, { ...old, others: { b: {} } }))).to.equal(
        'check called host.write, which only change may use: a check never writes',
      );
    });

    it('nothing is foretold', async () => {
      expect(await broken({ after: () => [] })).to.equal(
        "note: predictions are true: 'after' does not say what later reads will see (willBe, cannotTell), so check mode would find it all again",
      );
    });

    it('something else is foretold than what check then wants', async () => {
      expect(await broken({ after: () => [willBe(text, 'odd')] })).to.equal(
        "note: predictions are true: on a host that reads what 'after' says, check still finds: text",
      );
    });

    it('the change leaves something undone', async () => {
      expect(await broken({}, { ...old, afterwards: { text: 'half' } })).to.equal(
        'note: a change is verified: after it, check still finds: text',
      );
    });

    it('what is foretold is not what comes', async () => {
      const other: Probe<string> = { ...text, key: 'other' };
      const after = (to: string): Prediction[] => [willBe(text, to), willBe(other, 'x')];
      expect(await broken({ after }, { ...old, afterwards: { text: 'new', other: 'y' } })).to.equal(
        `note: predictions are true: 'after' says that 'other' will read "x", but it reads "y"`,
      );
    });

    it('differences that nothing mends', async () => {
      expect(await broken({ change: false })).to.equal(
        'note: a change is verified: it finds differences but has no change that removes them',
      );
    });
  });

  it('foretells nothing of an action', async () => {
    const { commands } = await tryModule(module({ nature: 'action', after: () => [] }), { to: 'new' }, old);
    expect(commands).to.deep.equal(['write /text']);
  });
});
