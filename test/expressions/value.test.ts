import { expect } from 'chai';
import { compileValue } from '../../engine/expressions/value.ts';
import { Unknown } from '../../engine/module/unknown.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { bareNumber } from '../../engine/source/written-number.ts';
import { complaints, nodeOf, outcome, scopeOf } from './given.ts';

const variables = {
  name: 'web1',
  port: 8080,
  on: true,
  nothing: null,
  list: ['a', 'b'],
  nodes: [
    { name: 'n1', ip: '10.0.0.1' },
    { name: 'n2', ip: '10.0.0.2' },
  ],
  hostvars: { 'k8s-master-1': { node_ip: '10.20.1.10' } },
  groups: { web: ['web1', 'web2'], db: [] },
  key: 'k8s-master-1',
  later: new Unknown("until 'x' has run"),
  partly: { known: 1, later: new Unknown("until 'y' has run"), items: ['a', new Unknown("until 'z' has run")] },
};

function evaluate(yaml: string): unknown {
  const diagnostics = new Diagnostics();
  const template = compileValue(nodeOf(yaml), diagnostics);
  return diagnostics.all.length > 0 ? complaints(diagnostics) : outcome(() => template.evaluate(scopeOf(variables)));
}

describe('a templated value', () => {
  const cases: [string, unknown][] = [
    ['plain text', 'plain text'],
    ['42', 42],
    ['0644', '0644'],
    ['12345678901234567890', '12345678901234567890'],
    ['1.50', 1.5],
    ['yes', 'yes'],
    ["'{{ list }}'", ['a', 'b']],
    ["'{{ port }}'", 8080],
    ["'{{ on }}'", true],
    ["'{{ nothing }}'", null],
    ["'{{ 5 }}'", 5],
    ["' {{ port }}'", ' 8080'],
    ["'{{ name }}:{{ port }} {{on}}{{nothing}}'", 'web1:8080 true'],
    ['>-\n  {{ list }}\n', ['a', 'b']],
    ["a: ['{{ port }}', 'p{{ port }}', 1]\nb: {c: '{{ name }}'}", { a: [8080, 'p8080', 1], b: { c: 'web1' } }],
    ["'{{ hostvars.[k8s-master-1].node_ip }}'", '10.20.1.10'],
    ["'{{ hostvars.k8s-master-1.node_ip }}'", '10.20.1.10'],
    ['\'{{ lookup (lookup hostvars key) "node_ip" }}\'', '10.20.1.10'],
    ["'{{ nodes.[1].ip }} {{ list.length }}'", '10.0.0.2 2'],
    ['\'{{ join (keys groups) "," }}\'', 'web,db'],
    ["'{{{ name }}} \\{{ name }} {{!-- no --}}'", 'web1 {{ name }} '],
    ["!unsafe '{{ name }}'", '{{ name }}'],
    ['!cel port + 1', 8081],
    ['!cel nodes.map(n, n.name)', ['n1', 'n2']],
    [
      '!cel list',
      [
        "1:6 expression-syntax: 'list' is the name of a type in expressions (a variable of that name cannot be read here: rename it)",
      ],
    ],
    // what is not defined
    ["'{{ nam }}'", "error 1:5 variable 'nam' is not defined (did you mean 'name'?)"],
    ["'{{ hostvars.web9.node_ip }}'", "error 1:5 'hostvars' has no 'web9' (known: k8s-master-1)"],
    ["'{{ nodes.[7].ip }}'", "error 1:5 'nodes' is a list of 2 and has no '7'"],
    ["'{{ name.x }}'", "error 1:5 'name' is text and has no 'x'"],
    ["'{{ name.length }}'", "error 1:5 'name' is text and has no 'length'"],
    ["'{{ groups.constructor }}'", "error 1:5 'groups' has no 'constructor' (known: db, web)"],
    [
      "'{{#if nope}}a{{/if}}'",
      "error 1:8 variable 'nope' is not defined (known: groups, hostvars, key, later, list, name, nodes, nothing, on, partly, port)",
    ],
    [
      "'{{ upper nope }}'",
      "error 1:11 variable 'nope' is not defined (known: groups, hostvars, key, later, list, name, nodes, nothing, on, partly, port)",
    ],
    ["'x {{ list }}'", "error 1:7 a list cannot be put into text (write {{ join list ',' }} or {{ toJson list }})"],
    ["'x {{ groups }}'", 'error 1:7 a map cannot be put into text (write {{ toJson map }} or {{ toYaml map }})'],
    ["'{{ this }}'", "error 1:5 'this' exists only inside {{#each}} and {{#with}}"],
    ['\'{{ default nope "d" }}\'', 'd'],
    ["'{{ default hostvars.web9.node_ip port }}'", 8080],
    ['\'{{ default (lookup hostvars "no") "d" }}\'', 'd'],
    ['\'{{ default (env "TSPLAY_NOT_SET") "~/.local/state" }}\'', '~/.local/state'],
    ['\'{{ env "TSPLAY_NOT_SET" }}\'', "error 1:5 the controller's environment has no variable 'TSPLAY_NOT_SET'"],
    ['\'{{ default nothing "d" }}\'', null],
    ['\'{{ required name "say a name" }}\'', 'web1'],
    ['\'{{ required nope "say a name" }}\'', 'error 1:5 say a name'],
    ["'{{ defined nope }}'", false],
    ["'{{#if (defined nope)}}{{nope}}{{else}}none{{/if}}'", 'none'],
    // what is unknown
    ["'{{ later }}'", "unknown until 'x' has run"],
    ["'{{ later.deep.x }}'", "unknown until 'x' has run"],
    ['\'{{ default later "d" }}\'', "unknown until 'x' has run"],
    ["'{{ partly.known }}'", 1],
    ["'{{ partly.later }}'", "unknown until 'y' has run"],
    ["'{{ length partly.items }}'", 2],
    ['\'{{ join partly.items "," }}\'', "unknown until 'z' has run"],
    ["'{{ toJson partly }}'", "unknown until 'y' has run"],
    ["'{{#each partly.items}}{{@index}}{{/each}}'", '01'],
    ["'{{#each partly.items as |i|}}{{i}}{{/each}}'", "unknown until 'z' has run"],
    ["'{{ and false later }}'", false],
    ["'{{ and later false }}'", false],
    ["'{{ or later true }}'", true],
    ["'{{ or later false }}'", "unknown until 'x' has run"],
    // blocks
    ["'{{#each list}}{{this}}{{#unless @last}},{{/unless}}{{/each}}'", 'a,b'],
    ["'{{#each nodes}}{{@index}}{{name}}={{ip}};{{/each}}'", '0n1=10.0.0.1;1n2=10.0.0.2;'],
    ["'{{#each nodes}}{{name}} {{../name}} {{port}};{{/each}}'", 'n1 web1 8080;n2 web1 8080;'],
    ["'{{#each nodes}}{{#if port}}{{this.name}}{{/if}}{{/each}}'", 'n1n2'],
    ["'{{#each nodes as |n i|}}{{i}}{{n.name}}{{name}} {{/each}}'", '0n1web1 1n2web1 '],
    ["'{{#each groups as |members group|}}{{group}}={{length members}};{{/each}}'", 'web=2;db=0;'],
    ["'{{#each groups}}{{@key}}{{/each}}'", 'webdb'],
    ["'{{#each groups.db}}x{{else}}empty{{/each}}'", 'empty'],
    ["'{{#each name}}x{{/each}}'", 'error 1:10 cannot loop over text (a list or a map is expected)'],
    ["'{{#with nodes.[0]}}{{name}} {{port}}{{/with}}'", 'n1 8080'],
    ["'{{#if (eq port 1)}}a{{else if (gt port 80)}}b{{else}}c{{/if}}'", 'b'],
  ];
  for (const [yaml, expected] of cases)
    it(yaml.replaceAll('\n', '⏎'), () => expect(bareNumber(evaluate(yaml))).to.deep.equal(expected));
});

describe('a templated value that is wrong is reported with its place', () => {
  const cases: [string, string[]][] = [
    [
      "a: '{{ x'",
      ['1:5 template-syntax: the expression is never closed (close it with }}; write \\{{ for literal braces)'],
    ],
    [
      "a: 'it''s {{ upper }} {{ uper x }}'",
      ["1:26 template-syntax: there is no helper 'uper' (did you mean 'upper'?)"],
    ],
    [
      'a: "q \\"{{ b }}\\" {{ x | lower }}"',
      [
        "1:24 template-syntax: unexpected '|' in an expression (filters are helpers here: {{ lower name }}, {{ default name 'x' }})",
      ],
    ],
    [
      'a: |\n  one\n    {{ x[0] }}\n',
      [
        "3:8 template-syntax: unexpected 'x[0]' in an expression (write xs.[0], map.[key-name], or (lookup map key) if the key is in a variable)",
      ],
    ],
    ['a: |\n  {{#if x}}\n  one\n', ["2:3 template-syntax: the block 'if' is never closed (close it with {{/if}})"]],
    ["a: '{{#each x}}{{/if}}'", ["1:8 template-syntax: the block 'each' is closed as 'if'"]],
    [
      "a: '{% if x %}'",
      [
        '1:5 template-syntax: this is Jinja; templates are Handlebars (write {{#if x}}…{{/if}}, {{#each xs as |x|}}…{{/each}})',
      ],
    ],
    [
      "a: '{{ .Names }}'",
      [
        "1:8 template-syntax: unexpected '.Names' in an expression (write \\{{ for literal braces, or tag the value !unsafe)",
      ],
    ],
    ["a: '{{ join x }}'", ["1:8 template-syntax: 'join' does not take 1 argument (usage: join list separator)"]],
    ["a: '{{#ech x}}{{/ech}}'", ["1:8 template-syntax: there is no block 'ech' (did you mean 'each'?)"]],
    ["a: '{{> part }}'", ['1:5 template-syntax: partials and decorators are not supported']],
    [
      "a: '{{ default(x) }}'",
      [
        "1:8 template-syntax: unexpected 'default(x)' in an expression (helper arguments are separated by spaces: {{ join (keys groups) ',' }})",
      ],
    ],
    [
      'a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n',
      ['1:11 vault-password-missing: this value is encrypted and no vault password was given'],
    ],
  ];
  for (const [yaml, expected] of cases)
    it(yaml.replaceAll('\n', '⏎'), () => {
      const diagnostics = new Diagnostics();
      compileValue(nodeOf(yaml), diagnostics);
      expect(complaints(diagnostics)).to.deep.equal(expected);
    });
});

describe('the references of a templated value', () => {
  const cases: [string, string[]][] = [
    ["'{{ a.b }} {{ c }}'", ['1:5 a.b', '1:15 c']],
    ["'{{ default a.b c }} {{ default (lookup d e) 1 }}'", ['1:13 a.b?', '1:17 c', '1:41 d', '1:43 e']],
    ["'{{ hostvars.[k8s-1].ip }}'", ['1:5 hostvars.k8s-1.ip']],
    ["'{{#each xs as |x i|}}{{x.a}}{{i}}{{y}}{{@index}}{{/each}}'", ['1:10 xs', '1:25 xs.*.a', '1:37 y']],
    ["'{{#each xs}}{{name}}{{this}}{{this.a}}{{../b}}{{/each}}{{c}}'", ['1:10 xs', '1:16 name?', '1:42 b', '1:59 c']],
    ["'{{#if (defined a)}}{{a.b}}{{/if}}'", ['1:17 a?', '1:23 a.b?']],
    ['|\n  x: {{ a }}\n    y: {{ b }}\n', ['2:9 a', '3:11 b']],
    ['>\n  folded {{ a }}\n  more {{ b }}\n\n  last {{ c }}\n', ['2:13 a', '3:11 b', '5:11 c']],
    ["'it''s {{ a }} ''{{ b }}'''", ['1:11 a', '1:21 b']],
    ['"\\t\\x41{{ a }}\\n{{ b }}"', ['1:11 a', '1:20 b']],
    ['plain {{ a }}\n  more {{ b }}', ['1:10 a', '2:11 b']],
    ['!cel a.b + size(c)', ['1:6 a.b', '1:17 c']],
  ];
  for (const [yaml, expected] of cases)
    it(yaml.replaceAll('\n', '⏎'), () => {
      const { references } = compileValue(nodeOf(yaml), new Diagnostics());
      expect(
        references.map((r) => `${r.place.line}:${r.place.column} ${r.path.join('.')}${r.optional ? '?' : ''}`),
      ).to.deep.equal(expected);
    });
});
