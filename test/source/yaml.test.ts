import { expect } from 'chai';
import { Diagnostics, formatDiagnostic } from '../../engine/source/diagnostic.ts';
import { type MapNode, type ScalarNode, toValue } from '../../engine/source/node.ts';
import { formatPlace } from '../../engine/source/place.ts';
import { parseYaml } from '../../engine/source/yaml.ts';

function parse(text: string): { value: unknown; reported: string[]; node: ReturnType<typeof parseYaml> } {
  const diagnostics = new Diagnostics();
  const node = parseYaml('x.yml', text, diagnostics);
  return {
    node,
    value: node && toValue(node),
    reported: diagnostics.all.map((d) => `${d.code} ${formatPlace(d.place!)}`),
  };
}

describe('yaml', () => {
  const wrong: [title: string, text: string, reported: string[]][] = [
    ['an unquoted expression', 'a: {{ x }}\n', ['yaml-unquoted-expression x.yml:1:4']],
    ['an unquoted expression in a longer text', 'a: {{ x }}/b\n', ['yaml-syntax x.yml:1:11']],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', ['yaml-duplicate-key x.yml:3:1']],
    ['an alias without an anchor', 'a: *b\n', ['yaml-alias x.yml:1:4']],
    ['an unknown tag', 'a: !foo b\n', ['yaml-syntax x.yml:1:4']],
    ['a key that reaches for the prototype', 'a:\n  __proto__: 1\n', ['yaml-forbidden-key x.yml:2:3']],
    ['two documents', 'a: 1\n---\nb: 2\n', ['yaml-documents x.yml:2:1']],
    ['an open quote, at its beginning', 'a: "b\n', ['yaml-syntax x.yml:1:4']],
    ['a line that does not fit, once', '- a\nb: c\n', ['yaml-syntax x.yml:2:1']],
  ];
  for (const [title, text, reported] of wrong) {
    it(`reports ${title}`, () => {
      expect(parse(text).reported).to.deep.equal(reported);
    });
  }

  it('keeps a scalar as it was written', () => {
    const node = parse('mode: 0644\n').node as MapNode;
    expect((node.entries[0]!.value as ScalarNode).source).to.equal('0644');
  });

  it('merges maps below the keys that are written out', () => {
    const { value } = parse('base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n');
    expect(value).to.deep.equal({ base: { x: 1, y: 2 }, use: { y: 3, x: 1 } });
  });

  it('bounds aliases that multiply', () => {
    const bomb = ['a: &a [1,1,1,1,1,1,1,1,1,1]'];
    for (let i = 0; i < 6; i++)
      bomb.push(`${'bcdefg'[i]}: &${'bcdefg'[i]} [${Array(10).fill(`*${'abcdef'[i]}`).join(',')}]`);
    expect(parse(`${bomb.join('\n')}\n`).reported.join()).to.contain('yaml-aliases');
  });

  it('shows the line with a caret under the place', () => {
    const diagnostics = new Diagnostics();
    const text = 'a: 1\nbad: {{ x }}\n';
    parseYaml('x.yml', text, diagnostics);
    expect(formatDiagnostic(diagnostics.all[0]!, () => text)).to.equal(
      [
        "error: YAML reads the value of 'bad' as a map, not as an expression [yaml-unquoted-expression]",
        '  --> x.yml:2:6',
        '  2 | bad: {{ x }}',
        '    |      ^^^^^^^',
        "  quote it: bad: '{{ x }}'",
      ].join('\n'),
    );
  });
});
