import { expect } from 'chai';
import { array, assert, constantFrom, integer, oneof, property, string } from 'fast-check';
import { Frames } from '../../../engine/transport/shell/frames.ts';

const mark = 'tsplay-0123456789abcdef';

function cut(stream: Buffer, sizes: readonly number[]): string[] {
  const found: string[] = [];
  const frames = new Frames(mark, ({ body, sequence, code }) =>
    found.push(`${sequence}/${code}:${body.toString('latin1')}`),
  );
  for (let at = 0, i = 0; at < stream.length; i++) {
    const size = sizes[i % sizes.length]!;
    frames.push(stream.subarray(at, at + size));
    at += size;
  }
  found.push(frames.rest().toString('latin1'));
  return found;
}

const latin = (text: string) => Buffer.from(text, 'latin1').toString('latin1');

describe('frames of a stream', () => {
  it('come out the same however the stream is cut', () => {
    const piece = oneof(string(), constantFrom('tsplay-', mark.slice(0, -1), '\n', '\0\xff'));
    assert(
      property(array(piece), string(), array(integer({ min: 1, max: 40 }), { minLength: 1 }), (bodies, rest, sizes) => {
        const stream = bodies.map((body, i) => `${body}${mark} ${i} ${i % 256}\n`).join('') + rest;
        const expected = [...bodies.map((body, i) => `${i}/${i % 256}:${latin(body)}`), latin(rest)];
        expect(cut(Buffer.from(stream, 'latin1'), sizes)).to.deep.equal(expected);
      }),
    );
  });

  it('count what has not been framed yet', () => {
    const frames = new Frames(mark, () => {});
    frames.push(Buffer.alloc(1000));
    expect(frames.size).to.be.within(1000 - mark.length, 1000);
  });

  it('are broken by a mark without its line, in time that grows with the stream only', () => {
    const frames = new Frames(mark, () => {});
    frames.push(Buffer.from(mark));
    for (let i = 0; i < 256; i++) frames.push(Buffer.from('x'));
    expect(frames.isBroken).to.equal(false);
    frames.push(Buffer.alloc(1_000_000, 'x'));
    expect([frames.isBroken, frames.size]).to.deep.equal([true, 0]);
  });
});
