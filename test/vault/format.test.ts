import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { decrypt, encrypt } from '../../engine/vault/cipher.ts';
import { readEnvelope, VaultError, writeEnvelope } from '../../engine/vault/format.ts';

const fixture = (name: string): Buffer => readFileSync(`test/fixtures/vault/${name}`);
const text = (name: string): string => fixture(name).toString('utf8');
const password = Buffer.from('correct horse');
const whole = text('default.yml');

const read: [file: string, password: string, id: string | undefined, plain: Buffer][] = [
  ['default.yml', 'correct horse', undefined, fixture('plain.yml')],
  ['dev.yml', 'dev password', 'dev', fixture('plain.yml')],
  ['empty.vault', 'correct horse', undefined, Buffer.alloc(0)],
  ['bytes.vault', 'correct horse', undefined, Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
];

const damaged: [title: string, text: string, message: RegExp][] = [
  ['no header', 'password: x\n', /does not start with \$ANSIBLE_VAULT/],
  ['a header only', '$ANSIBLE_VAULT;1.1;AES256\n', /incomplete/],
  ['format 1.0', whole.replace('1.1', '1.0'), /format '1\.0' is unknown/],
  ['a format to come', whole.replace('1.1', '2.0'), /format '2\.0' is unknown/],
  ['another cipher', whole.replace('AES256', 'AES'), /cipher 'AES' is unknown/],
  ['a line that is missing', whole.split('\n').toSpliced(2, 1).join('\n'), /incomplete/],
  ['half a byte too little', whole.trimEnd().slice(0, -1), /incomplete/],
  ['a character that is no digit', whole.replace(/.\n$/, 'g\n'), /not hexadecimal digits/],
];

describe('the vault format', () => {
  for (const [file, key, id, plain] of read)
    it(`reads ${file}, which ansible-vault wrote`, async () => {
      const envelope = readEnvelope(text(file));
      expect(envelope.id).to.equal(id);
      expect(await decrypt(envelope, Buffer.from(key))).to.deep.equal(plain);
    });

  for (const file of ['default.yml', 'dev.yml', 'bytes.vault'])
    it(`writes ${file} as ansible-vault did, byte for byte, with the same salt`, async () => {
      const envelope = readEnvelope(text(file));
      const key = Buffer.from(envelope.id === 'dev' ? 'dev password' : 'correct horse');
      const plain = (await decrypt(envelope, key))!;
      const again = await encrypt(plain, key, envelope);
      expect(writeEnvelope(again)).to.equal(text(file));
    });

  it('reads lines that end as on Windows, and lines with space around them', async () => {
    const changed = whole.split('\n').map((line) => `  ${line} `);
    expect(await decrypt(readEnvelope(changed.join('\r\n')), password)).to.deep.equal(fixture('plain.yml'));
  });

  it('has a fresh salt each time', async () => {
    const [a, b] = await Promise.all([encrypt(Buffer.from('x'), password), encrypt(Buffer.from('x'), password)]);
    expect(a.salt.equals(b.salt)).to.equal(false);
    expect(a.salt.length).to.equal(32);
  });

  for (const length of [0, 15, 16, 17])
    it(`gives back ${length} bytes`, async () => {
      const plain = Buffer.alloc(length, 'x');
      expect(await decrypt(readEnvelope(writeEnvelope(await encrypt(plain, password))), password)).to.deep.equal(plain);
    });

  it('gives nothing for a wrong password, nor for a changed text', async () => {
    const envelope = readEnvelope(whole);
    expect(await decrypt(envelope, Buffer.from('wrong'))).to.equal(undefined);
    const ciphertext = Buffer.from(envelope.ciphertext);
    ciphertext[0]! ^= 1;
    expect(await decrypt({ ...envelope, ciphertext }, password)).to.equal(undefined);
  });

  for (const [title, changed, message] of damaged)
    it(`refuses ${title}`, () => {
      expect(() => readEnvelope(changed))
        .to.throw(VaultError, message)
        .with.property('code', 'vault-format');
    });
});
