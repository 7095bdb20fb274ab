import { expect } from 'chai';
import type { Results } from './bench.ts';
import type { Name } from './contestants.ts';
import type { Measured } from './measure.ts';
import { plotOf } from './plot.ts';
import { delays, titles } from './scenarios.ts';
import { tableOf } from './table.ts';

const of = (seconds: number, cpuSeconds = 1, megabytes = 50) => ({ seconds, cpuSeconds, megabytes });

const results: Results = new Map([
  [
    titles.converged,
    new Map<Name, ReturnType<typeof of>>([
      ['floor, Node', of(1)],
      ['tsplay', of(1.25, 2, 91)],
      ['Ansible', of(40)],
    ]),
  ],
  [
    titles.delay(delays[0]),
    new Map<Name, ReturnType<typeof of>>([
      ['floor, Node', of(1.1)],
      ['tsplay', of(1.35)],
    ]),
  ],
  [
    titles.delay(delays[2]),
    new Map<Name, ReturnType<typeof of>>([
      ['floor, Node', of(2.22)],
      ['tsplay', of(2.75)],
    ]),
  ],
]);

describe('the table of the bench', () => {
  const lines = tableOf(results).split('\n');

  it('has a column for each who was measured, in a fixed order', () => {
    const seconds = lines.findIndex((line) => line.startsWith('| seconds'));
    expect(lines[seconds]).to.equal('| seconds (to tsplay)        | floor, Node | tsplay |    Ansible |');
    expect(lines[seconds + 2]).to.equal('| converged run, 5 hosts     | 1.00 (0.8×) |   1.25 | 40.0 (32×) |');
    expect(lines[seconds + 3]).to.equal('| converged run, 10 ms away  | 1.10 (0.8×) |   1.35 |          – |');
  });

  it('shows the cost per host with many hosts', () => {
    const many = new Map([[titles.hosts(200), new Map<Name, Measured>([['tsplay', of(20, 8, 250)]])]]);
    expect(tableOf(many)).to.include('| each of 200 hosts                    | 100 / 40.0 / 1.25 |');
  });

  const judged: readonly (readonly [string, string, string])[] = [
    ['converged run, to the floor in Node', '1.25×', 'met'],
    ['converged run, faster than Ansible', '32.0×', 'met'],
    ["controller's CPU, to the floor in Node", '2.00×', '**missed**'],
    ['memory for 5 hosts', '91.0 MB', '**missed**'],
    ['round trips after the handshake', '5.00', '**missed**'],
  ];
  for (const [what, measured, verdict] of judged)
    it(`judges: ${what}`, () => {
      const line = lines.find((l) => l.startsWith(`| ${what} `))!;
      expect(
        line
          .split('|')
          .map((cell) => cell.trim())
          .filter((_, i) => i === 2 || i === 4),
      ).to.deep.equal([measured, verdict]);
    });

  it('leaves out the targets whose scenario was not run', () =>
    expect(lines.filter((line) => line.includes('ping'))).to.deep.equal([]));

  it('is plotted, whatever was left out', () => {
    expect(plotOf(results))
      .to.match(/^<svg [^]*<\/svg>\n$/)
      .and.not.to.match(/NaN|undefined|Infinity/);
    expect(plotOf(new Map()))
      .to.match(/^<svg [^]*<\/svg>\n$/)
      .and.not.to.match(/NaN|undefined|Infinity/);
  });
});
