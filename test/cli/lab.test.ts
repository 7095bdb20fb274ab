import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { InvalidInput } from '../../engine/source/diagnostic.ts';
import { encrypt } from '../../engine/vault/cipher.ts';
import { writeEnvelope } from '../../engine/vault/format.ts';

describe('the lab that an inventory describes', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsplay-lab-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const hostsOf = async (inventory: string) => {
    const file = join(folder, 'hosts.yml');
    writeFileSync(file, inventory);
    return (await labOptions([file], new AbortController().signal)).hosts;
  };

  it('needs no password for what is encrypted in it', async () => {
    const secret = writeEnvelope(await encrypt(Buffer.from('swordfish'), Buffer.from('key'), { id: 'default' }));
    const hosts = await hostsOf(`
all:
  hosts: { a: { node_ip: 10.20.1.9, ansible_host: 127.20.1.9, ansible_port: 2222 } }
  vars:
    password: !vault |
${secret.replace(/^(?=.)/gm, '      ')}
`);
    expect(hosts).to.deep.equal([{ name: 'a', address: '10.20.1.9', listen: '127.20.1.9', port: 2222 }]);
  });

  it('is refused where a host lacks an address', async () => {
    const problem = await hostsOf('all: { hosts: { a: { node_ip: 10.20.1.9 } } }').catch((error: unknown) => error);
    expect(problem).to.be.instanceOf(InvalidInput);
    expect((problem as InvalidInput).diagnostics.map(({ message }) => message)).to.deep.equal([
      'a has no ansible_host',
    ]);
  });
});
