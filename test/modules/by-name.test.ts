import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

/** Where nobody but root can put a link, a path may be used by name; everywhere else engine/module/anchored.ts is used. */
const allowed: readonly { file: string; what: RegExp; why: string }[] = [
  { file: 'packages/apt-forecast.ts', what: /policy-rc\.d/, why: 'only reads' },
  { file: 'system/sysctl.ts', what: />\$\{sysctlPath/, why: 'the kernel makes what is in /proc/sys' },
  { file: 'system/config-file.ts', what: /rm -f -- \$\{path\}/, why: 'files in folders of /etc, named by the modules' },
  { file: 'packages/apt-get.ts', what: /mkdir -p|touch -/, why: 'a folder in /var/lib/apt' },
  { file: 'packages/apt_repository.ts', what: /install', '-d'/, why: '/etc/apt/keyrings' },
  {
    file: 'packages/apt-forecast-script.ts',
    what: /./,
    why: 'works in a new temporary folder that only root can write',
  },
  { file: 'kubernetes/kubeadm.ts', what: /'rm', '-f', nodeFiles/, why: 'a file of /etc/kubernetes' },
  {
    file: 'kubernetes/kubeadm/reset.ts',
    what: /^const cleanUp/,
    why: 'folders of the node in /etc, /var/lib and /run',
  },
  { file: 'kubernetes/kubeadm/join.ts', what: /umask 077; mkdir -p/, why: 'the folder of backups is of root' },
  { file: 'kubernetes/kubeadm/join.ts', what: /etcd snapshot save/, why: 'the folder of backups is of root' },
];

const byName = /\b(?:mkdir|mv|cp|chmod|chown|rm|touch|ln|install)(?:\s+|',\s*')(?:-\w|--|["/$])|(?<![=&\d-])>>?"?\$/;

describe('what changes a path by its name', () => {
  const files = ['system', 'packages', 'kubernetes'].flatMap((folder) =>
    readdirSync(`modules/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  const found = files.flatMap((file) =>
    readFileSync(`modules/${file}`, 'utf8')
      .split('\n')
      .filter((line) => byName.test(line) && !/^\s*(?:\/\/|\/?\*)|TaskFailure/.test(line))
      .map((line) => ({ file, line: line.trim() })),
  );

  it('does so only where no other user can have put a link', () => {
    const others = found.filter(({ file, line }) => !allowed.some((a) => a.file === file && a.what.test(line)));
    expect(others.map(({ file, line }) => `${file}: ${line}`)).to.deep.equal([]);
  });

  it('has no exception that nothing needs', () => {
    const idle = allowed.filter((a) => !found.some(({ file, line }) => a.file === file && a.what.test(line)));
    expect(idle.map(({ file, what }) => `${file}: ${what}`)).to.deep.equal([]);
  });
});
