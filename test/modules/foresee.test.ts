import { expect } from 'chai';
import type { UpcomingEffect } from '../../engine/module/probe.ts';
import { pathState } from '../../modules/files/path.ts';
import { fileText } from '../../modules/files/text.ts';
import { names, pathWillBe } from '../../modules/packages/apt-contents.ts';
import { aptForecast } from '../../modules/packages/apt-forecast.ts';
import type { AptStep } from '../../modules/packages/apt-forecast-script.ts';
import { aptEffect } from '../../modules/packages/apt-manager.ts';
import { unitWillBe } from '../../modules/packages/apt-units.ts';
import { packageState } from '../../modules/packages/dpkg.ts';
import { versionOfProgram } from '../../modules/packages/upcoming.ts';
import { groupExists } from '../../modules/system/account.ts';
import { unitState } from '../../modules/system/unit.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const debhelper = (unit: string): string => `#!/bin/sh
if deb-systemd-helper --quiet was-enabled '${unit}'; then
	deb-systemd-helper enable '${unit}' >/dev/null || true
fi
if [ -n "$2" ]; then
	_dh_action=restart
else
	_dh_action=start
fi
deb-systemd-invoke $_dh_action '${unit}' >/dev/null || true
`;

/** What the script prints that looks into packages; given in the words of dpkg and tar. */
const printed = (more: readonly string[] = []): string =>
  [
    'package web 2:1.4-3+b1',
    'package web-tools 1.4-3',
    'from web',
    `script ${base64(`adduser --system webby\nchown webby /var/lib/web\ncp x /etc/web/made\nrm -f /opt/web/*\n${debhelper('web.service')}`)}`,
    'entry drwxr-xr-x root/root         0 2026-01-02 03:04 ./etc/web/',
    'entry -rw-r----- root/adm         12 2026-01-02 03:04 ./etc/web/web.conf',
    'entry lrwxrwxrwx root/root         0 2026-01-02 03:04 ./etc/web/link -> ../other',
    'entry -rwsr-xr-x root/root     48168 2026-01-02 03:04 ./usr/bin/webd',
    'entry drwxrwxrwt root/root         0 2026-01-02 03:04 ./srv/web/',
    'entry drwxr-xr-x root/root         0 2026-01-02 03:04 ./var/lib/web/',
    ...['web', 'idle', 'static', 'careful', 'once'].map(
      (unit) => `entry -rw-r--r-- root/root 316 2026-01-02 03:04 ./lib/systemd/system/${unit}.service`,
    ),
    'from web-tools',
    `script ${base64(`${debhelper('careful.service')}${debhelper('once.service')}`)}`,
    `text ${base64('listen 80\n')} ./etc/web/web.conf`,
    `text ${base64('[Service]\nType=notify\n[Install]\nWantedBy=multi-user.target\n')} ./lib/systemd/system/web.service`,
    `text ${base64('[Service]\n[Install]\nWantedBy=multi-user.target\n')} ./lib/systemd/system/idle.service`,
    `text ${base64('[Service]\n')} ./lib/systemd/system/static.service`,
    `text ${base64('[Unit]\nConditionPathExists=/x\n[Install]\nAlias=y\n')} ./lib/systemd/system/careful.service`,
    `text ${base64('[Service]\nType=oneshot\n[Install]\nWantedBy=x\n')} ./lib/systemd/system/once.service`,
    ...more,
  ].join('\n');

const steps: readonly AptStep[] = [
  { kind: 'install', words: ['install', 'web'], upgrades: false, hold: ['web-tools'] },
];
const coming: readonly UpcomingEffect[] = steps.map((brings) => ({ cause: 'package', brings: aptEffect(brings) }));
const look = (stdout = printed(), code = 0) => aptForecast(steps).parse({ code, stdout, stderr: '' });
const forecast = look()!;
/** Sees only what the packages bring. */
const eyes = (stdout?: string, code?: number) => ({ read: async () => look(stdout, code) as never });

describe('what packages will bring', () => {
  const file = { type: 'file', mode: '0640', owner: 'root', group: 'adm' };
  const paths: readonly (readonly [string, object | null | undefined, string])[] = [
    ['/etc/web', { type: 'directory', mode: '0755', owner: 'root', group: 'root' }, 'a folder'],
    ['/etc/web/web.conf', file, 'a file with its owner and mode'],
    ['/etc/web/link', { type: 'link', mode: '0777', owner: 'root', group: 'root', target: '../other' }, 'a link'],
    ['/bin/webd', { type: 'file', mode: '4755', owner: 'root', group: 'root' }, '/bin is /usr/bin'],
    ['/usr/bin/webd', { type: 'file', mode: '4755', owner: 'root', group: 'root' }, 'set-user-ID'],
    ['/srv/web', { type: 'directory', mode: '1777', owner: 'root', group: 'root' }, 'sticky'],
    ['/etc/web/made', undefined, 'a script of theirs makes it'],
    ['/etc/web/other', null, 'a script speaks of another file in that folder'],
    ['/opt/web/any', undefined, 'a script speaks of all in that folder'],
    ['/etc/elsewhere', null, 'nothing of theirs'],
    ['/var/lib/web', undefined, 'a script changes its owner'],
    ['/var/lib/web/state', undefined, 'the service writes there'],
    ['/usr/share/doc/web/README', undefined, 'not listed'],
  ];
  for (const [path, state, why] of paths)
    it(`at ${path}: ${state === undefined ? 'cannot be told' : state === null ? 'nothing' : 'known'} (${why})`, () => {
      expect(pathWillBe(path, forecast)).to.deep.equal(state);
    });

  const up = { exists: true, running: true, enabled: 'yes', masked: false, outdated: false, oneshot: false };
  const units: readonly (readonly [string, object | undefined, string])[] = [
    ['web.service', up, 'enabled and started by its script'],
    ['idle.service', { ...up, running: false, enabled: 'no' }, 'no script speaks of it'],
    ['static.service', { ...up, running: false, enabled: 'always' }, 'it has no [Install]'],
    ['careful.service', undefined, 'it decides itself whether it starts'],
    ['once.service', { ...up, running: false, oneshot: true }, 'it has run'],
    ['none.service', { ...up, exists: false, running: false, enabled: 'no' }, 'no package has it'],
  ];
  for (const [unit, state, why] of units)
    it(`${unit}: ${why}`, () => expect(unitWillBe(unit, forecast)).to.deep.equal(state));

  it('starts nothing for certain where the host has a policy', () => {
    expect(unitWillBe('web.service', look(printed(['policy']))!)).to.equal(undefined);
  });
  it('knows nothing of configuration where a package was removed without it', () => {
    expect(pathWillBe('/etc/web/web.conf', look(printed(['old config-files web']))!)).to.equal(undefined);
  });
  it('finds the names that scripts speak of as whole words', () => {
    expect(names(forecast, 'webby')).to.equal(true);
    expect(names(forecast, 'webb')).to.equal(false);
  });
  it('knows versions of programs by their packages', async () => {
    expect(await versionOfProgram('webd', eyes(), coming)).to.equal('1.4');
    expect(await versionOfProgram('other', eyes(), coming)).to.equal('');
  });
});

describe('probes foresee what packages bring', () => {
  const absent = { type: 'absent' } as const;
  it('a path', async () => {
    const probe = pathState('/etc/web').appearsWith!;
    expect(await probe.foresee!(absent, eyes(), coming)).to.include({ type: 'directory' });
    expect(await probe.foresee!(absent, eyes('', 5), coming), 'packages that cannot be had').to.equal(undefined);
    expect(await probe.foresee!(absent, eyes(), [{ cause: 'package' }]), 'a task that does not tell').to.equal(
      undefined,
    );
  });
  it('the text of a file', async () => {
    const none = { exists: false, content: '', encoding: 'utf8' } as const;
    const read = (path: string) => fileText(path).appearsWith!.foresee!(none, eyes(), coming);
    expect(await read('/etc/web/web.conf')).to.include({ content: 'listen 80\n' });
    expect(await read('/usr/bin/webd'), 'contents of programs are not carried over').to.equal(undefined);
    expect(await read('/etc/elsewhere')).to.deep.equal(none);
  });
  it('a package, its dependencies, and holds', async () => {
    const none = { version: null, broken: false, held: false };
    const read = (name: string) => packageState(name).appearsWith!.foresee!(none, eyes(), coming);
    expect(await read('web')).to.deep.equal({ version: '2:1.4-3+b1', broken: false, held: false });
    expect(await read('web-tools')).to.deep.equal({ version: '1.4-3', broken: false, held: true });
    expect(await read('other')).to.deep.equal(none);
  });
  it('groups', async () => {
    expect(await groupExists('webby').appearsWith!.foresee!(false, eyes(), coming)).to.equal(undefined);
    expect(await groupExists('other').appearsWith!.foresee!(false, eyes(), coming)).to.equal(false);
  });
  it('what a removal takes along cannot be told', async () => {
    const removal: readonly UpcomingEffect[] = [
      { cause: 'package', brings: aptEffect({ kind: 'remove', names: ['web'] }) },
    ];
    const theirs = { read: async () => ['/usr/lib/systemd/system/web.service', '/etc/web/web.conf'] as never };
    const running = {
      exists: true,
      running: true,
      enabled: 'yes',
      masked: false,
      outdated: false,
      oneshot: false,
    } as const;
    const unit = (name: string) => unitState(name).appearsWith!.foresee!(running, theirs, removal);
    expect(await unit('web')).to.equal(undefined);
    expect(await unit('ssh')).to.equal(running);
    const path = pathState('/etc/elsewhere').appearsWith!;
    expect(await path.foresee!(absent, theirs, removal)).to.equal(absent);
  });
});
