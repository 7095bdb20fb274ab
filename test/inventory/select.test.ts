import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { selectHosts } from '../../engine/inventory/select.ts';
import type { Inventory } from '../../engine/inventory/types.ts';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { load } from './given.ts';

describe('a host pattern', () => {
  let inventory: Inventory;
  before(async () => {
    ({ inventory } = await load({
      hosts:
        '[web]\nweb[1:4]\n[db]\ndb1.example.com\ndb2.example.com\n[staging]\nweb2\ndb1.example.com\n[empty]\n[ip6]\nfe80::1\n',
    }));
  });

  const all = ['web1', 'web2', 'web3', 'web4', 'db1.example.com', 'db2.example.com', 'fe80::1'];
  const cases: [string, string[] | string][] = [
    ['all', all],
    ['*', all],
    ['web1', ['web1']],
    ['web', ['web1', 'web2', 'web3', 'web4']],
    ['db:web1', ['db1.example.com', 'db2.example.com', 'web1']],
    ['web1, db', ['web1', 'db1.example.com', 'db2.example.com']],
    ['web1,web,web1', ['web1', 'web2', 'web3', 'web4']],
    ['web:&staging', ['web2']],
    ['web:db:&staging:!db1*', ['web2']],
    ['!web:db', ['db1.example.com', 'db2.example.com']],
    ['!web', ['db1.example.com', 'db2.example.com', 'fe80::1']],
    ['&staging', ['web2', 'db1.example.com']],
    ['web[0]', ['web1']],
    ['web[-1]', ['web4']],
    ['web[1:2]', ['web2', 'web3']],
    ['web[1-2]', ['web2', 'web3']],
    ['web[2:]', ['web3', 'web4']],
    ['web[0:0]', ['web1']],
    ['web[0:99]', ['web1', 'web2', 'web3', 'web4']],
    ['web[0]:db[1]', ['web1', 'db2.example.com']],
    ['web[0:1]:!web[0]', ['web2']],
    ['*.example.com', ['db1.example.com', 'db2.example.com']],
    ['web?', ['web1', 'web2', 'web3', 'web4']],
    ['web[!12]', ['web3', 'web4']],
    ['w*', ['web1', 'web2', 'web3', 'web4']],
    ['~web[12]', ['web1', 'web2']],
    ['~(web|db)\\d$', ['web1', 'web2', 'web3', 'web4']],
    ['~eb', "unknown-host-pattern no host or group matches '~eb'"],
    ['fe80::1', ['fe80::1']],
    ['empty', []],
    ['localhost', ['localhost']],
    ['wbe', "unknown-host-pattern there is no host or group 'wbe' (did you mean 'web'?)"],
    ['web:!stagin', "unknown-host-pattern there is no host or group 'stagin' (did you mean 'staging'?)"],
    ['x*', "unknown-host-pattern no host or group matches 'x*'"],
    ['web[9]', "host-pattern-index 'web' has 4 hosts, none at [9] (the first host is [0], the last is [-1])"],
    ['~(', "host-pattern-regex '(' is not a regular expression: missing ), unterminated subpattern at position 0"],
    [
      '@/nowhere/x',
      'host-pattern-file the host pattern file /nowhere/x cannot be read: there is no such file or folder',
    ],
  ];
  for (const [pattern, expected] of cases)
    it(pattern, () => {
      const diagnostics = new Diagnostics();
      const hosts = selectHosts(inventory, pattern, undefined, diagnostics);
      const [problem] = diagnostics.all;
      const reported =
        problem && `${problem.code} ${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
      expect(reported?.replace(/ \(known: .*/, '') ?? hosts).to.deep.equal(expected);
    });

  it('can be in a file, one per line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsplay-limit-'));
    writeFileSync(join(folder, 'retry'), '# failed\nweb1\n\ndb:!db2.example.com\n');
    const diagnostics = new Diagnostics();
    expect(selectHosts(inventory, `@${join(folder, 'retry')}`, undefined, diagnostics)).to.deep.equal([
      'web1',
      'db1.example.com',
    ]);
    expect(diagnostics.all).to.deep.equal([]);
    rmSync(folder, { recursive: true });
  });
});
