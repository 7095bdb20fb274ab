import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { Diagnostics } from '../../engine/source/diagnostic.ts';
import { toValue } from '../../engine/source/node.ts';
import { parseYaml } from '../../engine/source/yaml.ts';
import { openValues } from '../../engine/vault/values.ts';
import { Vault } from '../../engine/vault/vault.ts';

const text = (name: string): string => readFileSync(`test/fixtures/vault/${name}`, 'utf8');
const right = { id: 'default', password: Buffer.from('correct horse') };
const dev = { id: 'dev', password: Buffer.from('dev password') };
const wrong = { id: 'prod', password: Buffer.from('wrong') };
const place = { file: 'x.yml', line: 3, column: 1 };

async function problemOf(vault: Vault, file: string): Promise<string[]> {
  const diagnostics = new Diagnostics();
  vault.open(text(file), place, 'this value', diagnostics);
  await vault.work();
  vault.open(text(file), place, 'this value', diagnostics);
  return diagnostics.all.map(({ code, message }) => `${code}: ${message}`);
}

describe('a vault', () => {
  it('finds the password of the id, or any that fits', async () => {
    const vault = new Vault([wrong, { ...dev, id: 'other' }, right]);
    expect((await vault.decrypt(text('dev.yml'))).by.id).to.equal('other');
    expect((await vault.decrypt(text('default.yml'))).by.id).to.equal('default');
  });

  it('takes the id that is named first, where the same password has several', async () => {
    const vault = new Vault([{ ...dev, id: 'other' }, dev]);
    expect((await vault.decrypt(text('dev.yml'))).by.id).to.equal('dev');
  });

  it('knows what was asked for after its work, and then has nothing to do', async () => {
    const vault = new Vault([right]);
    const diagnostics = new Diagnostics();
    expect(vault.open(text('default.yml'), place, 'it', diagnostics)).to.equal(undefined);
    expect(await vault.work()).to.equal(true);
    expect(vault.open(text('default.yml'), place, 'it', diagnostics)?.toString()).to.equal(text('plain.yml'));
    expect(await vault.work()).to.equal(false);
    expect(diagnostics.all).to.deep.equal([]);
  });

  const problems: [title: string, vault: Vault, file: string, reported: string][] = [
    [
      'no password',
      new Vault(),
      'default.yml',
      'vault-password-missing: this value is encrypted and no vault password was given',
    ],
    [
      'no password for an id',
      new Vault(),
      'dev.yml',
      "vault-password-missing: this value is encrypted and no vault password was given (it is for the vault id 'dev')",
    ],
    [
      'a wrong password',
      new Vault([wrong]),
      'default.yml',
      "vault-password-wrong: this value cannot be decrypted: the password of vault id 'prod' is wrong",
    ],
    [
      'several that are wrong, for an id',
      new Vault([wrong, right]),
      'dev.yml',
      "vault-password-wrong: this value cannot be decrypted: the passwords of the vault ids 'prod', 'default' are wrong (it is for the vault id 'dev')",
    ],
  ];
  for (const [title, vault, file, reported] of problems)
    it(`reports ${title}`, async () => expect(await problemOf(vault, file)).to.deep.equal([reported]));
});

describe('encrypted values', () => {
  async function opened(yaml: string, vault: Vault): Promise<{ value: unknown; reported: string[] }> {
    const diagnostics = new Diagnostics();
    const node = parseYaml('x.yml', yaml, diagnostics)!;
    openValues(node, vault, diagnostics);
    await vault.work();
    const value = toValue(openValues(node, vault, diagnostics));
    return { value, reported: diagnostics.all.map((d) => `${d.place?.line}:${d.place?.column} ${d.code}`) };
  }

  it('are decrypted wherever they are, and secret', async () => {
    const vault = new Vault([right, dev]);
    const inList = `list:\n  - !vault |\n    ${text('default.yml').trim().split('\n').join('\n    ')}\n`;
    const { value, reported } = await opened(`${text('values.yml')}\n${inList}`, vault);
    expect(value).to.deep.equal({
      several: 'one line\ntwo lines ünïcode',
      labelled: 'hunter22',
      list: [text('plain.yml')],
    });
    expect(reported).to.deep.equal([]);
    expect(vault.secrets.text('hunter22, two lines ünïcode')).to.equal('********, ********');
  });

  it('that cannot be decrypted are reported, each at its place', async () => {
    const { reported } = await opened(`${text('values.yml')}\nplain: !vault hello\n`, new Vault([wrong]));
    expect(reported).to.deep.equal(['1:17 vault-password-wrong', '8:18 vault-password-wrong', '15:15 vault-format']);
  });

  it('leave the rest of the tree alone', () => {
    const node = parseYaml('x.yml', 'a: [1, {b: c}]\n', new Diagnostics())!;
    expect(openValues(node, new Vault(), new Diagnostics())).to.equal(node);
  });
});
