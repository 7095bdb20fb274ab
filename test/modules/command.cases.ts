import { command } from '../../modules/commands/command.ts';
import { shell } from '../../modules/commands/shell.ts';
import type { ModuleCase } from './case.ts';
import { hostWith } from './paths.ts';

const again = false; // a command always has to run: only its conditions tell when it does not

export const cases: readonly ModuleCase[] = [
  {
    title: 'runs words, and tells what came out',
    module: command,
    args: { cmd: `kubeadm token 'a b' "c \\"d\\"" e\\ f ''` },
    given: { outputs: { [`kubeadm token 'a b' 'c "d"' 'e f' ''`]: { stdout: 'one\ntwo\n', stderr: 'careful\n' } } },
    differences: [{ what: 'command', from: null, to: `kubeadm token 'a b' 'c "d"' 'e f' ''` }],
    commands: [`kubeadm token 'a b' 'c "d"' 'e f' ''`],
    result: {
      rc: 0,
      stdout: 'one\ntwo',
      stdout_lines: ['one', 'two'],
      stderr: 'careful',
      stderr_lines: ['careful'],
      cmd: ['kubeadm', 'token', 'a b', 'c "d"', 'e f', ''],
    },
    converges: again,
  },
  {
    title: 'fails with the exit code and the last line',
    module: command,
    args: { argv: ['false'] },
    given: { outputs: { false: { code: 3, stderr: 'a\nno such thing\n' } } },
    fails: 'exit code 3: no such thing',
  },
  {
    title: 'knows the line ends of other systems',
    module: shell,
    args: { cmd: 'x', executable: '/bin/sh' },
    differences: ['command'],
    given: { outputs: { '/bin/sh -c x': { stdout: 'a\r\nready\r\n\r\n', stderr: '10%\r20%\r\n' } } },
    result: { stdout: 'a\r\nready', stdout_lines: ['a', 'ready'], stderr: '10%\r20%', stderr_lines: ['10%', '20%'] },
    converges: again,
  },
  {
    title: 'has a path that looks like an option',
    module: command,
    args: { cmd: 'x', creates: '-x', removes: '-y*' },
    given: { reads: { 'path:./-x': { type: 'absent' }, 'glob:./-y*': false } },
    message: 'nothing to do: -y* does not exist',
  },
  {
    title: 'has a quote that is not closed',
    module: command,
    args: { cmd: "echo 'a" },
    given: {},
    fails: 'a quote is not closed',
  },
  {
    title: 'has nothing to make',
    module: command,
    args: { cmd: 'x', creates: '/a' },
    given: hostWith({ '/a': 'there' }),
    result: { rc: 0, stdout: '' },
    message: 'nothing to do: /a exists',
  },
  {
    title: 'has nothing to remove',
    module: command,
    args: { cmd: 'x', removes: 'a', chdir: '/b' },
    given: hostWith({ '/b/a': null }),
    message: 'nothing to do: a does not exist',
  },
  {
    title: 'looks at wildcards',
    module: command,
    args: { cmd: 'x', creates: '/a/*.pem' },
    given: { reads: { 'glob:/a/*.pem': true } },
  },
  {
    title: 'is not needed',
    module: command,
    args: { cmd: 'x', unless: 'test -e /y' },
    given: { reads: { 'succeeds:test -e /y': true } },
  },
  {
    title: 'is not wanted',
    module: command,
    args: { cmd: 'x', onlyif: 'test -e y', chdir: '/d' },
    given: { reads: { 'succeeds:/d: test -e y': false } },
  },
  {
    title: 'runs where all its conditions allow it',
    module: command,
    args: { cmd: 'x', creates: '/a', removes: '/b', unless: 'false', onlyif: 'true' },
    given: hostWith({ '/a': null, '/b': 'there' }, { 'succeeds:false': false, 'succeeds:true': true }),
    differences: ['command'],
    commands: ['x'],
    converges: 'unknown',
  },
  {
    title: 'runs text with a shell',
    module: shell,
    args: { cmd: 'echo $0 | wc', executable: '/bin/bash' },
    given: {},
    differences: [{ what: 'command', from: null, to: 'echo $0 | wc' }],
    commands: ["/bin/bash -c 'echo $0 | wc'"],
    converges: again,
  },
];
