import { expect } from 'chai';
import { aliases, collectionsOf, ModuleNames, ownNames, suggestModule } from '../../engine/playbook/module-names.ts';
import { modules } from '../../modules/index.ts';

const names = new ModuleNames(new Map(modules.map((module) => [module.name, module])));
const all = [...modules.map((module) => module.name), ...aliases.keys()];

/** Collections that people have beside ours: some have modules with names of ours. */
const others = [
  'not.a_collection',
  'sensu.sensu_go',
  'ansible.windows',
  'ansible.utils',
  'community.docker',
  'community.mysql',
  'community.posix',
  'kubernetes.core',
  'builtin.ansible',
  'ansible.builtins',
  'Ansible.Builtin',
];

/** Where Ansible's own documentation has them. */
const elsewhere: Readonly<Record<string, string>> = {
  authorized_key: 'ansible.posix',
  mount: 'ansible.posix',
  sysctl: 'ansible.posix',
  modprobe: 'community.general',
};

describe('module names', () => {
  for (const name of all)
    it(`${name} is taken from its own collections alone`, () => {
      expect(names.find(name)?.name).to.equal(aliases.get(name) ?? name);
      const home = ownNames.includes(name) ? [] : ['ansible.builtin', 'ansible.legacy'];
      if (elsewhere[name] !== undefined) home.push(elsewhere[name]);
      expect(collectionsOf(name)).to.deep.equal(home);
      for (const collection of home)
        expect(names.find(`${collection}.${name}`)?.name).to.equal(aliases.get(name) ?? name);
      for (const collection of [...others, 'ansible.builtin', 'ansible.posix', 'community.general'])
        if (!home.includes(collection)) expect(names.find(`${collection}.${name}`), collection).to.equal(undefined);
    });

  it('a hint names the module that we have', () => {
    expect(suggestModule('not.a_collection.file', names.names)).to.equal(
      "'file' here is ansible.builtin.file: write 'file' if you mean that",
    );
    expect(suggestModule('acme.posix.mount', names.names)).to.match(/is ansible\.posix\.mount:/);
    expect(suggestModule('ansible.builtin.swap', names.names)).to.match(/is tsplay's own module:/);
    expect(suggestModule('ansible.builtin.coppy', names.names)).to.equal("did you mean 'copy'?");
    expect(suggestModule('community.general.ufw', names.names)).to.equal(undefined);
  });
});
