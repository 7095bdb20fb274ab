import { constants } from 'node:os';
import { expect } from 'chai';

/** What the operating system may refuse, each as Node throws it. */
const codes = Object.keys(constants.errno).filter((code) => code.startsWith('E'));
const thrown = (code: string): Error =>
  Object.assign(new Error(`${code}: x, open '/x'`), { code, syscall: 'open', path: '/x' });

describe('what this machine refuses', () => {
  let resultOfError: typeof import('../../../engine/run/task/result.ts').resultOfError;
  let UnquotableText: typeof import('../../../engine/module/quote.ts').UnquotableText;
  let UnreadableFile: typeof import('../../../engine/source/read-once.ts').UnreadableFile;
  before(async () => {
    ({ resultOfError } = await import('../../../engine/run/task/result.ts'));
    ({ UnquotableText } = await import('../../../engine/module/quote.ts'));
    ({ UnreadableFile } = await import('../../../engine/source/read-once.ts'));
  });

  it('is no bug, whatever it is', () => {
    for (const code of codes) expect(resultOfError(thrown(code)).message, code).to.match(/^on this machine: \/x: /);
  });
  it('is no bug where several things are refused at once, also inside others', () => {
    const both = new AggregateError([thrown('EACCES'), new AggregateError([thrown('EMFILE'), thrown('ENOSPC')])]);
    expect(resultOfError(both).message)
      .to.contain('permission denied')
      .and.to.contain('no space')
      .and.not.to.contain('bug');
  });
  it('is no bug where it is a file that is none, or a text that no command can hold', () => {
    expect(resultOfError(new UnreadableFile('/x', 'it is a device, not a file')).message).to.contain(
      '/x: it is a device',
    );
    expect(resultOfError(new UnquotableText('a\0b')).message).to.equal(
      'a command cannot hold a NUL character: "a\\u0000b"',
    );
  });
  it('is a bug only where nothing else is known of it', () => {
    expect(resultOfError(new TypeError('x')).message).to.contain('a bug in tsplay');
  });
});
