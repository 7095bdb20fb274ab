import { expect } from 'chai';
import type { AnyModule } from '../../engine/module/module.ts';
import { validateArguments } from '../../engine/playbook/arguments/validate.ts';
import { apt } from '../../modules/packages/apt.ts';
import { apt_repository } from '../../modules/packages/apt_repository.ts';
import { group } from '../../modules/system/group.ts';
import { hostname } from '../../modules/system/hostname.ts';
import { modprobe } from '../../modules/system/modprobe.ts';
import { mount } from '../../modules/system/mount.ts';
import { sysctl } from '../../modules/system/sysctl.ts';
import { systemd } from '../../modules/system/systemd.ts';
import { user } from '../../modules/system/user.ts';

/** What validate says, and a run once the values of templates are known: the same rules. */
function faults(module: AnyModule, args: Record<string, unknown>): readonly string[] {
  const copy = structuredClone(args);
  const problems = validateArguments(module, copy);
  return problems.length > 0 ? problems.map((p) => p.message) : [...(module.lint?.(args) ?? [])];
}

const flat = { name: 'r', uris: 'https://x/', suites: '/' };
const suite = { name: 'r', uris: 'https://x/', suites: 'stable', components: 'main' };
const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n';
const tmp = { path: '/m', src: 'tmpfs', fstype: 'tmpfs', state: 'mounted' };

const right: readonly (readonly [AnyModule, Record<string, unknown>])[] = [
  [user, { name: 'a', group: '100', groups: ['adm', '4', 'domain users'], comment: 'Ä b, c', home: '/h o', uid: 0 }],
  [user, { name: 'a', password: '!' }],
  [user, { name: 'a', password: '$y$j9T$ab./AB$xyz' }],
  [group, { name: 'a', gid: 4294967294 }],
  [hostname, { name: 'a-b.c' }],
  [apt_repository, flat],
  [apt_repository, suite],
  [
    apt_repository,
    { ...suite, suites: ['stable', 'stable-updates'], components: 'main contrib', types: 'deb deb-src' },
  ],
  [apt_repository, { ...suite, signed_by: key }],
  [apt_repository, { name: 'r', state: 'absent' }],
  [apt, { name: ['curl', 'kubelet=1.36.*', 'libc6:i386', 'g++', 'python3:any', 'a=1:2.0~rc1-1+b1'] }],
  [mount, { ...tmp, path: '/a b', src: '/s p', opts: 'bind,x=a b' }],
  [sysctl, { name: 'net.ipv4.conf.eth0/100.forwarding', value: 1 }],
  [sysctl, { values: { 'net/ipv4/ip_forward': 1, 'kernel.core_pattern': '|/bin/x %p' } }],
  [sysctl, { name: 'a.b', state: 'absent' }],
  [modprobe, { name: 'br_netfilter', params: 'a=1 b="x y"' }],
  [systemd, { name: 'foo@.service', enabled: true }],
  [systemd, { name: 'dev-disk-by\\x2duuid-1.swap', masked: true }],
];

const wrong: readonly (readonly [AnyModule, Record<string, unknown>, part: string])[] = [
  [user, { name: 'a', uid: 4294967295 }, "'uid'"],
  [user, { name: 'a', comment: 'a:b' }, "'comment' cannot be 'a:b'"],
  [user, { name: 'a', home: '/h:x' }, "'home' cannot be"],
  [user, { name: 'a', shell: 'bash' }, "'shell' must be an absolute path"],
  [user, { name: 'a', groups: ['a,b'] }, 'groups'],
  [user, { name: 'a', groups: ['-G'] }, 'groups'],
  [user, { name: 'a', group: 'a:b' }, "'group' cannot be"],
  [user, { name: 'a', password: '$6$a$b:c' }, 'password is no hash'],
  [user, { name: 'a', password: '$6$a$b c' }, 'password is no hash'],
  [group, { name: 'a', gid: -1 }, "'gid'"],
  [apt_repository, { ...flat, components: 'main' }, 'a flat repository has no components'],
  [apt_repository, { ...suite, components: undefined }, "the suite 'stable' needs components"],
  [apt_repository, { ...suite, components: [] }, "the suite 'stable' needs components"],
  [apt_repository, { ...suite, suites: ['stable', '/'] }, 'need a repository each'],
  [apt_repository, { ...suite, uris: 'deb.debian.org/debian' }, 'is not a URI'],
  [apt_repository, { ...suite, uris: [] }, 'uris must not be empty'],
  [apt_repository, { ...suite, types: 'rpm' }, 'types must be deb or deb-src'],
  [apt_repository, { ...suite, suites: undefined }, "needs 'suites'"],
  [apt_repository, { name: '.r', uris: 'https://x/', suites: '/' }, "'name' cannot be"],
  [apt, { name: 'Curl' }, 'is not a valid package name'],
  [apt, { name: 'curl-' }, 'is not a valid package name'],
  [apt, { name: 'lamp-server^' }, 'is not a valid package name'],
  [apt, { name: 'lib*' }, 'is not a valid package name'],
  [apt, { name: 'a=1', state: 'latest' }, 'requires state: present'],
  [apt, { name: 'a', default_release: '-o' }, "'default_release'"],
  [apt, { name: 'a', dpkg_options: 'x --y' }, "'dpkg_options'"],
  [mount, { ...tmp, src: '' }, "'src'"],
  [mount, { ...tmp, fstype: 'a b' }, "'fstype'"],
  [mount, { ...tmp, passno: -1 }, "'passno'"],
  [sysctl, { name: 'a.b' }, 'the value of a.b is missing'],
  [sysctl, { name: 'a=b', value: 1 }, "'name'"],
  [sysctl, { name: 'a/../../../etc/x', value: 1 }, 'is not the name of a kernel setting'],
  [sysctl, { name: 'a.//.b', value: 1 }, 'is not the name of a kernel setting'],
  [sysctl, { values: { 'a.b': 1, 'a/b': 2 } }, 'is set twice, under two spellings'],
  [modprobe, { name: 'a b' }, "'name'"],
  [systemd, { name: 'foo@', state: 'started' }, 'foo@ is a template and cannot be started'],
  [systemd, { name: '-x', enabled: true }, "'name'"],
  [systemd, { name: 'a b', enabled: true }, "'name'"],
  [systemd, { state: 'started', daemon_reload: true }, 'state needs the name of a unit'],
];

/** Every text that becomes part of a line: nothing adds a line or ends it. */
const lines: readonly (readonly [AnyModule, (text: string) => Record<string, unknown>])[] = [
  [user, (text) => ({ name: text })],
  [user, (text) => ({ name: 'a', group: text })],
  [user, (text) => ({ name: 'a', comment: text })],
  [user, (text) => ({ name: 'a', home: `/${text}` })],
  [user, (text) => ({ name: 'a', shell: `/${text}` })],
  [user, (text) => ({ name: 'a', password: `$6$${text}` })],
  [user, (text) => ({ name: 'a', groups: [text] })],
  [group, (text) => ({ name: text })],
  [hostname, (text) => ({ name: text })],
  ...['uris', 'suites', 'components', 'types', 'architectures'].flatMap((arg) => [
    [apt_repository, (text: string) => ({ ...suite, [arg]: text })] as const,
    [apt_repository, (text: string) => ({ ...suite, [arg]: [text] })] as const,
  ]),
  [apt_repository, (text) => ({ ...suite, name: text })],
  [apt_repository, (text) => ({ ...suite, signed_by: `/${text}` })],
  [apt_repository, (text) => ({ ...suite, key_url: `https://${text}` })],
  [apt, (text) => ({ name: text })],
  [apt, (text) => ({ name: 'a', default_release: text })],
  [apt, (text) => ({ name: 'a', dpkg_options: text })],
  ...['src', 'fstype', 'opts'].map((arg) => [mount, (text: string) => ({ ...tmp, [arg]: text })] as const),
  [mount, (text) => ({ ...tmp, path: `/${text}` })],
  [sysctl, (text) => ({ name: text, value: 1 })],
  [sysctl, (text) => ({ name: 'a.b', value: text })],
  [sysctl, (text) => ({ values: { [text]: 1 } })],
  [sysctl, (text) => ({ values: { 'a.b': text } })],
  [sysctl, (text) => ({ name: 'a.b', value: 1, sysctl_file: `/${text}` })],
  [modprobe, (text) => ({ name: text })],
  [modprobe, (text) => ({ name: 'a', params: text })],
  [systemd, (text) => ({ name: text, enabled: true })],
];

const shown = (args: object): string => JSON.stringify(args).slice(0, 90);

describe('arguments of the modules for the system and its packages', () => {
  for (const [module, args] of right)
    it(`${module.name} takes ${shown(args)}`, () => expect(faults(module, args)).to.deep.equal([]));

  for (const [module, given, part] of wrong)
    it(`${module.name} refuses ${shown(given)}`, () => {
      const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      expect(faults(module, args).join('; ')).to.include(part);
    });

  for (const [at, [module, argsWith]] of lines.entries())
    for (const end of ['\n', '\r', '\0', '\r\nx: y', '\u2028', '\u0085'])
      it(`${module.name}, ${at}: a text with ${JSON.stringify(end)} in it`, () => {
        const args = argsWith(`a${end}b`);
        expect(faults(module, args), shown(args)).not.to.deep.equal([]);
      });

  it('never shows a password', () => {
    expect(faults(user, { name: 'a', password: '$6$secret\nb' }).join()).not.to.include('secret');
    expect(faults(user, { name: 'a', password: 'secret' }).join()).not.to.include('secret');
  });
});
