import { expect } from 'chai';

/** One host at whose port nobody listens, and one that is this machine. */
const inventory = `all:
  hosts:
    away: { ansible_host: 127.0.0.1, ansible_port: 1, ansible_password: unused }
    here: { ansible_connection: local }
`;

describe('a host in trouble', () => {
  let trace: typeof import('./trace.ts').trace;

  // mocha loads tests with require(): what the engine imports while it runs would be other modules with other error classes.
  before(async () => {
    ({ trace } = await import('./trace.ts'));
  });

  it('is told where a meta needs it, and the others go on', async () => {
    const { exit, lines, results } = await trace({
      inventory,
      playbook: `- name: p
  hosts: all
  gather_facts: true
  tasks:
    - meta: end_host
      when: facts.hostname == ''
    - { name: next, debug: { msg: x } }
    - meta: reset_connection
`,
    });
    expect(lines).to.deep.equal(['away unreachable meta: end_host', 'here ok next']);
    expect(results[0]!.message).to.contain('refuses the connection');
    expect(exit).to.equal(4);
  });

  it('does not end the run where the facts of all were asked for, and it cannot become the other user', async () => {
    const { exit, lines } = await trace({
      inventory:
        'all: { vars: { ansible_connection: local, ansible_become_user: no-such-user }, hosts: { here: {} } }\n',
      playbook: '- { name: p, hosts: all, become: true, gather_facts: true, tasks: [{ name: t, command: ls }] }\n',
    });
    expect([exit, lines]).to.deep.equal([2, ['here failed t']]);
  });

  it('is ignored where the items of a loop need it, if the task says so', async () => {
    const { exit, lines } = await trace({
      inventory,
      playbook: `- hosts: away
  tasks:
    - { name: each, debug: { msg: "{{ item }}" }, loop: !cel "[facts.hostname]", ignore_unreachable: true }
    - { name: next, debug: { msg: x } }
`,
    });
    expect([exit, lines]).to.deep.equal([0, ['away unreachable each (ignored)', 'away ok next']]);
  });
});
