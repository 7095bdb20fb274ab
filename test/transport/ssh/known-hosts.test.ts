import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  addKnownHost,
  algorithmsFor,
  fingerprint,
  hostName,
  KnownHostsCache,
  linesFor,
  parseKnownHosts,
  verify,
} from '../../../engine/transport/ssh/known-hosts.ts';
import { Unreachable } from '../../../engine/transport/types.ts';

const key = keyOf('ssh-ed25519', 1);
const other = keyOf('ssh-ed25519', 2);
const rsa = keyOf('ssh-rsa', 3);

function keyOf(type: string, seed: number): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.alloc(32, seed)]);
}

function hashed(name: string): string {
  const salt = Buffer.alloc(20, 7);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

const line = (names: string, of = key) =>
  `${names} ${of.toString('latin1', 4, 4 + of.readUInt32BE(0))} ${of.toString('base64')} a comment`;

const cases: readonly [string, text: string, address: string, port: number, expected: string][] = [
  ['a name', line('web1'), 'web1', 22, 'known'],
  ['a name in capitals', line('Web1'), 'wEB1', 22, 'known'],
  ['one of several names', line('web0,web1,10.0.0.1'), '10.0.0.1', 22, 'known'],
  ['a part of a name', line('web'), 'web1', 22, 'unknown'],
  ['another port', line('web1'), 'web1', 2222, 'unknown'],
  ['a port', line('[web1]:2222'), 'web1', 2222, 'known'],
  ['a hashed name', line(hashed('web1')), 'web1', 22, 'known'],
  ['a hashed name with a port', line(hashed('[web1]:2222')), 'web1', 2222, 'known'],
  ['another hashed name', line(hashed('web2')), 'web1', 22, 'unknown'],
  ['a pattern', line('*.example.com'), 'a.example.com', 22, 'known'],
  ['a pattern with ?', line('web?'), 'web1', 22, 'known'],
  ['a dot that is no wildcard', line('a.b'), 'axb', 22, 'unknown'],
  ['a pattern with an exception', line('*.example.com,!a.example.com'), 'a.example.com', 22, 'unknown'],
  ['another key', line('web1', other), 'web1', 22, 'changed at 1'],
  ['another type of key', line('web1', rsa), 'web1', 22, 'changed at 1'],
  ['several keys', `${line('web1', other)}\n\n# a comment\n${line('web1')}`, 'web1', 22, 'known'],
  ['a revoked key', `${line('web1')}\n@revoked ${line('*')}`, 'web1', 22, 'revoked at 2'],
  ['another revoked key', `@revoked ${line('*', other)}`, 'web1', 22, 'unknown'],
  ['a certificate authority', `@cert-authority ${line('*')}`, 'web1', 22, 'unknown'],
  ['broken lines', 'web1\nweb1 ssh-ed25519\nnonsense', 'web1', 22, 'unknown'],
];

describe('known hosts', () => {
  for (const [what, text, address, port, expected] of cases) {
    it(`${what}: ${expected}`, () => {
      const verdict = verify(parseKnownHosts(text, 'f'), hostName(address, port), key);
      const at =
        verdict.kind === 'revoked'
          ? ` at ${verdict.at.line}`
          : verdict.kind === 'changed'
            ? ` at ${verdict.expected.map((found) => found.line).join()}`
            : '';
      expect(verdict.kind + at).to.equal(expected);
    });
  }

  it('are read again where a file has changed or come', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsplay-test-'));
    try {
      const files = [join(folder, 'a'), join(folder, 'b')];
      const cache = new KnownHostsCache();
      expect(cache.read(['/dev/null'])).to.deep.equal([]);
      expect(() => cache.read([folder])).to.throw(Unreachable, `${folder}, a known_hosts file, cannot be read`);
      const found = () => linesFor(cache.read(files), 'web1').map((known) => `${known.file.at(-1)}${known.line}`);
      expect(found()).to.deep.equal([]);
      writeFileSync(files[0]!, `${line('web1')}\n`);
      expect(found()).to.deep.equal(['a1']);
      expect(found()).to.deep.equal(['a1']);
      writeFileSync(files[0]!, `# moved\n${line('web2')}\n${line('web1')}\n`);
      writeFileSync(files[1]!, line('web1', other));
      expect(found()).to.deep.equal(['a3', 'b1']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('prefer the algorithms of the known keys', () => {
    const supported = ['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256', 'ecdsa-sha2-nistp256'];
    expect(algorithmsFor(parseKnownHosts(line('web1', rsa), 'f'), supported)).to.deep.equal([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ssh-ed25519',
      'ecdsa-sha2-nistp256',
    ]);
    expect(algorithmsFor([], supported)).to.deep.equal(supported);
  });

  it('show fingerprints as ssh-keygen does', () => {
    const known = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    expect(fingerprint(Buffer.from(known, 'base64'))).to.equal('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });

  it('take a new line, even where the last one is not ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsplay-known-'));
    try {
      const file = join(folder, 'ssh', 'known_hosts');
      await addKnownHost(file, 'a', key);
      writeFileSync(file, readFileSync(file, 'utf8').trimEnd());
      await addKnownHost(file, 'b', key);
      expect(parseKnownHosts(readFileSync(file, 'utf8'), file).map(({ names }) => names)).to.deep.equal(['a', 'b']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
