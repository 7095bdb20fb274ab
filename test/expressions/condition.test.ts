import { expect } from 'chai';
import { compileCondition, compileExpression } from '../../engine/expressions/condition.ts';
import { Unknown, UnknownValue } from '../../engine/module/unknown.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { complaints, nodeOf, outcome, scopeOf } from './given.ts';

const variables = {
  port: 8080,
  load: 1.5,
  name: 'web1',
  answer: 'true',
  empty: null,
  on: true,
  off: false,
  servers: ['a', 'b'],
  mixed: [1, 'a', null],
  nodes: [{ name: 'n1', ready: true }, { name: 'n2' }],
  result: { rc: 0, stdout: 'Ready yes', failed: false },
  hostvars: {
    'k8s-1': { node_ip: '10.0.0.1' },
    get broken(): never {
      throw new Error('hosts that are not asked for are not evaluated');
    },
  },
  later: new Unknown("until 'x' has run"),
  partly: { later: new Unknown("until 'y' has run"), known: 1 },
  evaluated: {
    get later(): never {
      throw new UnknownValue("until 'w' has run");
    },
  },
  items: [1, new Unknown("until 'z' has run")],
};

function evaluate(source: string): unknown {
  const diagnostics = new Diagnostics();
  const expression = compileExpression(nodeOf(JSON.stringify(source)), diagnostics);
  return diagnostics.all.length > 0 ? complaints(diagnostics) : outcome(() => expression.evaluate(scopeOf(variables)));
}

describe('an expression', () => {
  const cases: [string, unknown][] = [
    ['port + 1', 8081],
    ['port / 3', 2693],
    ['load * 2', 3],
    ['port > 80 && load < 2', true],
    ["name + ':' + string(port)", 'web1:8080'],
    ['result.rc == 0', true],
    ['empty == null', true],
    ["name == ''", false],
    ["port == '8080'", false],
    ["'a' in servers && !('c' in servers)", true],
    ["'a' in mixed", true],
    ["mixed == [1, 'a', null]", true],
    ["'rc' in result", true],
    ['servers.size() + size(name)', 6],
    ['servers', ['a', 'b']],
    ['result', variables.result],
    ['nodes.filter(n, defined(n.ready))', [variables.nodes[0]]],
    ['nodes.map(n, n.name)', ['n1', 'n2']],
    ["nodes.exists(n, n.name == 'n2') && nodes.all(n, n.name.startsWith('n'))", true],
    ["{'a': port, 'b': servers}", { a: 8080, b: ['a', 'b'] }],
    ["hostvars['k8s-1'].node_ip", '10.0.0.1'],
    ["'k8s-1' in hostvars && size(hostvars) == 2", true],
    ["result.?missing.orValue('none')", 'none'],
    ['has(result.rc) && !has(result.missing)', true],
    ['defined(nope)', false],
    ['defined(result.deep.missing)', false],
    ['defined(result.rc)', true],
    ['!defined(nope) || nope == 1', true],
    ["search(result.stdout, '^Ready')", true],
    [
      "search(result.stdout, 'a' + '(')",
      "error 1:2 'a(' is not a regular expression: missing ), unterminated subpattern at position 1",
    ],
    ["lower('A') + upper('b') + trim(' c ')", 'aBc'],
    ["join(split('a b', ' '), '-') + join([1, 2], '+')", 'a-b1+2'],
    ['unique([1, 2, 1])', [1, 2]],
    ["int('42') + 1", 43],
    ['bool(answer)', true],
    ['type(port) == int', true],
    ["on ? 'yes' : 'no'", 'yes'],
    ["versionAtLeast('v1.36.0', '1.36') && versionCompare('1.7', '1.10') == -1", true],
    ["cidrOverlaps('10.0.0.0/8', '10.20.1.0/24') && !cidrContains('10.20.1.0/24', '10.20.2.1')", true],
    ["cidrContains('x', '10.20.2.1')", "error 1:2 'x' is not an IP address or network"],
    ['nam', "error 1:2 variable 'nam' is not defined (did you mean 'name'?)"],
    ['result.sdtout', "error 1:9 there is no 'sdtout' (test defined(a.b), or give a default: a.?b.orValue(x))"],
    [
      "port + 'a'",
      "error 1:2 '+' cannot be used with a number and text (convert one side: int(x), string(x), double(x))",
    ],
    ['off && nope', false],
    // three values
    ['later', "unknown until 'x' has run"],
    ['later.rc == 0', "unknown until 'x' has run"],
    ['partly.known', 1],
    ['partly.later', "unknown until 'y' has run"],
    ["'known' in partly", true],
    ['size(partly)', 2],
    ['items[0]', 1],
    ['items[1] == 1', "unknown until 'z' has run"],
    ['items', variables.items],
    ['1 in items', true],
    ['2 in items', "unknown until 'z' has run"],
    ['defined(later)', "unknown until 'x' has run"],
    ['later.?rc.orValue(1)', "unknown until 'x' has run"],
    ['off && later.rc == 0', false],
    ['later.rc == 0 && off', false],
    ['on && later.rc == 0', "unknown until 'x' has run"],
    ['later.rc == 0 && on', "unknown until 'x' has run"],
    ['on || later.rc == 0', true],
    ['later.rc == 0 || on', true],
    ['off || later.rc == 0', "unknown until 'x' has run"],
    ['later.rc == 0 || off', "unknown until 'x' has run"],
    ['later.rc == 0 && result.missing', "unknown until 'x' has run"],
    ['evaluated.later == 1 && result.missing', "unknown until 'w' has run"],
    ['!(later.rc == 0)', "unknown until 'x' has run"],
    ['later.ok ? 1 : 2', "unknown until 'x' has run"],
    // wrong from the start
    [
      "search(name, 'a(')",
      ["1:15 expression-syntax: 'a(' is not a regular expression: missing ), unterminated subpattern at position 1"],
    ],
    [
      "name.search('a(')",
      ["1:14 expression-syntax: 'a(' is not a regular expression: missing ), unterminated subpattern at position 1"],
    ],
    [
      "name.matches('a')",
      ["1:2 expression-syntax: 'matches' is not available: its patterns are not Python's (use search(text, pattern))"],
    ],
    ['x is defined', ['1:4 expression-syntax: this is not an expression (write defined(name))']],
    ['x is not defined', ['1:4 expression-syntax: this is not an expression (write !defined(name))']],
    ['not x', ['1:2 expression-syntax: this is not an expression (write !x)']],
    ['not (x)', ["1:2 expression-syntax: there is no function 'not' (write !x)"]],
    ['a and b', ['1:4 expression-syntax: this is not an expression (write && for and, || for or)']],
    ['a = 1', ['1:4 expression-syntax: this is not an expression (compare with ==)']],
    ['x | length > 0', ['1:4 expression-syntax: this is not an expression (write size(x))']],
    ['{{ x }}', ['1:2 expression-syntax: this is not an expression (expressions need no {{ }}: remove them)']],
    ['on == True', ["1:8 expression-syntax: 'True' is not a value here (write true)"]],
    ['lowr(name)', ["1:2 expression-syntax: there is no function 'lowr' (did you mean 'lower'?)"]],
    ['name.lower()', 'web1'],
    ['name.add(1)', ["1:2 expression-syntax: 'add' cannot be called with (int) (call it as add(int, int): dyn)"]],
    ['(a', ["1:4 expression-syntax: this is not an expression: it ends too early (')' is missing)"]],
  ];
  for (const [source, expected] of cases) it(source, () => expect(evaluate(source)).to.deep.equal(expected));

  it('that needs itself for another host while it loops', () => {
    const expression = compileExpression(nodeOf('peers.map(p, hostvars[p].x)'), new Diagnostics());
    const hostOf = (peers: string[]): ReturnType<typeof scopeOf> =>
      scopeOf({
        peers,
        hostvars: {
          get a() {
            return { x: expression.evaluate(hostOf([])) };
          },
          b: { x: 2 },
        },
      });
    expect(expression.evaluate(hostOf(['b', 'a', 'b']))).to.deep.equal([2, [], 2]);
  });
});

describe('a condition', () => {
  const cases: [string, unknown][] = [
    ['true', [true]],
    ["'true'", [true]],
    ['port == 8080', [true]],
    ['[port == 8080, off]', [true, false]],
    ['|\n  port == 8080\n  && on\n', [true]],
    ['answer', ["error 1:1 the condition gives text, not true or false (it is text: write bool(x) or x == 'true')"]],
    ['servers', ['error 1:1 the condition gives a list, not true or false (write size(x) > 0)']],
    ['|\n  port == 8080\n  && nope\n', ["error 3:6 variable 'nope' is not defined"]],
    [
      "'''text'''",
      ['1:1 condition-type: the condition gives text, not true or false (compare it with something)', true],
    ],
    [
      '42',
      [
        '1:1 condition-type: a condition is expected, not a number (write an expression, true or false, or a list of them)',
      ],
    ],
    [
      '{a: 1}',
      [
        '1:1 condition-type: a condition is expected, not a map (write an expression, true or false, or a list of them)',
      ],
    ],
    [
      '|\n  port == 8080\n  and on\n',
      ['3:3 expression-syntax: this is not an expression (write && for and, || for or)'],
    ],
  ];
  for (const [yaml, expected] of cases)
    it(yaml.replaceAll('\n', '⏎'), () => {
      const diagnostics = new Diagnostics();
      const conditions = compileCondition(nodeOf(yaml), diagnostics);
      const outcomes = conditions.map((c) => outcome(() => c.holds(scopeOf(variables))));
      expect(diagnostics.hasErrors ? complaints(diagnostics) : outcomes.map(withoutNames)).to.deep.equal(
        diagnostics.hasErrors ? (expected as unknown[]).slice(0, 1) : expected,
      );
    });
});

/** Without the list of known names, which is long here. */
function withoutNames(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/ \(known: .*\)/, '') : value;
}

describe('the references of an expression', () => {
  const cases: [string, string[]][] = [
    ['a.b.c == d', ['1:1 a.b.c', '1:10 d']],
    ["a['b'][c].d", ['1:8 c', '1:1 a.b.*.d']],
    ['has(a.b) && a.b.c == 1 && a.x', ['1:5 a', '1:5 a.b?', '1:13 a.b.c?', '1:27 a.x']],
    ['defined(a) && a.b == 1', ['1:9 a?', '1:15 a.b?']],
    ['a.?b.orValue(c)', ['1:1 a.b?', '1:1 a', '1:14 c']],
    ['xs.exists(x, x.a == y && has(x.b))', ['1:1 xs', '1:21 y']],
    ['cel.bind(z, a, z + b)', ['1:13 a', '1:20 b']],
    ["[a, {'k': b}, -c, !d, e ? f : g][0]", ['1:2 a', '1:11 b', '1:16 c', '1:20 d', '1:23 e', '1:27 f', '1:31 g']],
    ['type(a) == string', ['1:6 a']],
  ];
  for (const [source, expected] of cases)
    it(source, () => {
      const diagnostics = new Diagnostics();
      const { references } = compileExpression(nodeOf(`>-\n  ${source}`), diagnostics);
      expect(complaints(diagnostics)).to.deep.equal([]);
      expect(
        references.map((r) => `${r.place.line - 1}:${r.place.column - 2} ${r.path.join('.')}${r.optional ? '?' : ''}`),
      ).to.deep.equal(expected);
    });
});
