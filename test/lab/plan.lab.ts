import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { labOptions } from '../../engine/cli/commands/lab.ts';
import { hostExec, labRemove } from '../../engine/lab/control.ts';
import { upperDigest } from '../../engine/lab/digest.ts';
import { labUp } from '../../engine/lab/lab.ts';
import type { LabOptions } from '../../engine/lab/types.ts';
import { eventsIn } from '../cli/events.ts';
import { Project } from '../cli/planned.ts';
import { systemdUnits } from '../docs.ts';

const INVENTORY = fileURLToPath(new URL('./plan.yml', import.meta.url));
const [ONE, TWO] = ['plan-1', 'plan-2'];

/** Before the plan. */
const given = `printf 'old\\n' >/etc/plan.conf
printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/plan-demo.service
systemctl daemon-reload
sysctl -qw net.ipv4.conf.all.log_martians=0
apt-get -qq update`;

const playbook = `- name: all kinds
  hosts: all
  tasks:
    - name: file
      copy: { content: "new\\n", dest: /etc/plan.conf, mode: '0640' }
    - name: unit
      systemd: { name: plan-demo, state: started, enabled: true }
    - name: kernel setting
      sysctl: { name: net.ipv4.conf.all.log_martians, value: 1, sysctl_file: /etc/sysctl.d/plan.conf }
    - name: user
      user: { name: planner, shell: /bin/bash }
    - name: on a fact
      copy: { content: "{{ facts.hostname }}\\n", dest: /etc/plan.name }
      when: facts.hostname.startsWith('plan-')
    - name: package
      apt: { name: tsplay-demo }
`;

/** What is done behind the plan's back, how it is undone, and how that is told. */
const meddling: readonly (readonly [what: string, act: string, undo: string, told: RegExp])[] = [
  [
    'the content of a file',
    'echo other >/etc/plan.conf',
    'echo old >/etc/plan.conf',
    /content of \/etc\/plan\.conf: then a file of 4 bytes, now a file of 6 bytes \(task 'file', site\.yml:4:7\)/,
  ],
  [
    'the mode of a file',
    'chmod 0600 /etc/plan.conf',
    'chmod 0644 /etc/plan.conf',
    /what is at \/etc\/plan\.conf: then file of root:root, mode 0644, now file of root:root, mode 0600/,
  ],
  [
    'a package',
    'apt-get -qq install -y tsplay-demo=1.0 >/dev/null 2>&1',
    'apt-get -qq purge -y tsplay-demo >/dev/null 2>&1',
    /package tsplay-demo: then not installed, now 1\.0 \(task 'package'/,
  ],
  [
    'a unit',
    'systemctl -q enable --now plan-demo',
    'systemctl -q disable --now plan-demo',
    /unit plan-demo\.service: then stopped, not enabled, now running, enabled \(task 'unit'/,
  ],
  [
    'a kernel setting',
    'sysctl -qw net.ipv4.conf.all.log_martians=1',
    'sysctl -qw net.ipv4.conf.all.log_martians=0',
    /sysctl net\.ipv4\.conf\.all\.log_martians: then 0, now 1 \(task 'kernel setting'/,
  ],
  [
    'a user',
    'useradd planner',
    'userdel planner',
    /user planner: then no such user, now home \/home\/planner, shell \/bin\/sh, groups planner \(task 'user'/,
  ],
  [
    'a fact in a condition',
    'hostname plan-other',
    `hostname ${ONE}`,
    /the fact hostname: then plan-1, now plan-other \(task 'on a fact'/,
  ],
];

/** As a plan keeps them: no fingerprint is in it, which holds for one run only. */
const kept = (differences: unknown): unknown =>
  JSON.parse(JSON.stringify(differences).replaceAll(/, fingerprint [0-9a-f]{16}/g, ''));

describe('a plan on real hosts', function () {
  this.timeout(300_000);
  let options: LabOptions;
  let project: Project;

  const on = async (host: string, script: string): Promise<string> => {
    const { code, stdout, stderr } = await hostExec(options, host, ['sh', '-e'], script);
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  const digest = () => upperDigest(options, ONE);
  const plan = (...args: string[]) => project.run('plan', 'site.yml', '-i', INVENTORY, '-o', 'plan.json', ...args);

  before(async () => {
    options = { ...(await labOptions([INVENTORY], new AbortController().signal)), log: () => {} };
    await labRemove(options, [ONE, TWO]); // what an earlier run may have left
    await labUp(options);
    for (const host of [ONE, TWO]) await on(host, `hostname ${host}\n${given}`);
    // The inventory looks for the lab's keys where tsplay keeps its state.
    project = new Project({ playbook }, { XDG_STATE_HOME: dirname(dirname(options.state)) });
  });
  after(async () => {
    (project as Project | undefined)?.remove();
    await labRemove(options, [ONE, TWO]);
  });

  it('is made without writing anything there', async () => {
    const before = await digest();
    const { code, stdout, stderr } = await plan('--detailed-exitcode');
    expect([code, stderr]).to.deep.equal([3, '']);
    expect(stdout).to.match(/^plan-1, plan-2 {2}6 to change/);
    expect(await digest()).to.deep.equal(before);
  });

  for (const [what, act, undo, told] of meddling)
    it(`binds ${what}`, async () => {
      await plan('-l', ONE);
      await on(ONE, act);
      try {
        const before = await digest();
        const { code, stdout } = await project.apply();
        expect(code).to.equal(2);
        expect(stdout).to.match(told);
        expect(await digest()).to.deep.equal(before);
      } finally {
        await on(ONE, undo);
      }
    });

  it('is applied where only other things have changed, and does what was planned', async () => {
    await plan();
    await on(
      ONE,
      'touch /etc/unrelated; apt-get -qq install -y hello >/dev/null 2>&1; useradd someone; systemctl -q stop cron 2>/dev/null || :; sysctl -qw net.ipv4.conf.default.log_martians=1',
    );
    const { code, stdout } = await project.apply('--output', 'jsonl');
    const results = eventsIn(stdout).filter(({ event }) => event === 'result');
    expect([code, results.map(({ status }) => status)]).to.deep.equal([0, Array(12).fill('changed')]);
    const { hosts } = JSON.parse(project.read('plan.json')) as {
      hosts: Record<string, { steps: { task: string; differences: unknown }[] }>;
    };
    for (const { host, task, differences } of results)
      expect(kept(differences), `${String(task)} on ${String(host)}`).to.deep.equal(
        hosts[String(host)]!.steps.find((step) => step.task === task)!.differences,
      );
    expect(await on(ONE, 'cat /etc/plan.conf /etc/plan.name; systemctl is-active plan-demo')).to.equal(
      'new\nplan-1\nactive\n',
    );
  });

  it('is empty the second time', async () => {
    const { code, stdout } = await plan('--detailed-exitcode');
    expect([code, stdout]).to.deep.equal([0, 'plan-1, plan-2  nothing to change, 6 ok\n\nNothing to change.\n']);
  });

  it("a host's systemd runs the nightly job of the documentation: drift is a failure, and is reported", async () => {
    const line = '{"event":"result","host":"web1","status":"changed","task":"file"}';
    const put = (path: string, text: string) => `cat >${path} <<'END'\n${text}\nEND\n`;
    await on(
      ONE,
      `useradd -m deploy; mkdir -p /srv/infrastructure\n${put('/usr/local/bin/tsplay', `#!/bin/sh\nfor last; do :; done\necho '${line}' >"$last"\nexit 3`)}chmod 0755 /usr/local/bin/tsplay\n` +
        systemdUnits()
          .map(([name, text]) => put(`/etc/systemd/system/${name}`, text))
          .join('') +
        'systemctl daemon-reload; systemctl -q enable --now tsplay-drift.timer',
    );
    await on(ONE, 'systemctl start tsplay-drift.service || :');
    expect(await on(ONE, 'systemctl show -p ExecMainStatus --value tsplay-drift.service')).to.equal('3\n');
    expect(await on(ONE, 'cat /var/lib/tsplay-drift/last.jsonl')).to.equal(`${line}\n`);
    const told = 'journalctl -q -o cat -t tsplay-drift';
    // systemd starts what OnFailure= names by itself, and waits for nobody
    expect(await on(ONE, `until ${told} | grep -q web1; do sleep 0.2; done; ${told}`)).to.equal(
      `exit code 3\n${line}\n`,
    );
  });
});
