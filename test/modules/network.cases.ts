import { ping } from '../../modules/commands/ping.ts';
import { uri } from '../../modules/commands/uri.ts';
import { wait_for } from '../../modules/commands/wait_for.ts';
import type { ModuleCase } from './case.ts';
import { hostWith } from './paths.ts';

const wait = { host: '127.0.0.1', state: 'started', timeout: 0, connect_timeout: 5, delay: 0, sleep: 0 };
const ask = {
  url: 'http://x/',
  method: 'GET',
  status_code: 200,
  return_content: false,
  body_format: 'raw',
  validate_certs: true,
  timeout: 30,
};
const answer = { status: 200, contentType: 'application/json; charset=utf-8', content: '{"a":[1]}', problem: '' };

export const cases: readonly ModuleCase[] = [
  {
    title: 'wait_for does not wait for a port that is open',
    module: wait_for,
    args: { ...wait, port: 22 },
    given: { reads: { 'port:127.0.0.1:22': true } },
    result: { elapsed: 0, port: 22 },
  },
  {
    title: 'wait_for gives up on a port',
    module: wait_for,
    args: { ...wait, port: 22 },
    given: { reads: { 'port:127.0.0.1:22': false } },
    fails: 'after 0 s port 22 of 127.0.0.1 is still absent',
  },
  {
    title: 'wait_for gives up with the words of the playbook',
    module: wait_for,
    args: { ...wait, port: 22, state: 'stopped', msg: 'ssh lives' },
    given: { reads: { 'port:127.0.0.1:22': true } },
    fails: 'ssh lives',
  },
  { title: 'wait_for sees a path', module: wait_for, args: { ...wait, path: '/a' }, given: hostWith({ '/a': 'x' }) },
  {
    title: 'wait_for sees that a path is gone',
    module: wait_for,
    args: { ...wait, path: '/a', state: 'absent' },
    given: hostWith({ '/a': null }),
  },
  {
    title: 'wait_for sees a line',
    module: wait_for,
    args: { ...wait, path: '/a', search_regex: '^x\\d$' },
    given: { reads: { 'file:/a': { exists: true, content: 'a\nx1\n', encoding: 'utf8' } } },
  },
  {
    title: 'wait_for searches the end of a large file',
    module: wait_for,
    args: { ...wait, path: '/a', search_regex: '^x' },
    given: { reads: { 'file:/a': { exists: true, content: '', encoding: 'too-large' }, 'end:/a': 'x\n' } },
  },
  {
    title: 'uri only looks',
    module: uri,
    args: { ...ask, return_content: true },
    given: { reads: { 'http:GET http://x/': answer } },
    result: { status: 200, content: '{"a":[1]}', json: { a: [1] } },
    message: 'status 200',
  },
  {
    title: 'uri accepts what it is told to',
    module: uri,
    args: { ...ask, status_code: [200, 404] },
    given: { reads: { 'http:GET http://x/': { ...answer, status: 404 } } },
  },
  {
    title: 'uri fails on another status',
    module: uri,
    args: ask,
    given: { reads: { 'http:GET http://x/': { ...answer, status: 503 } } },
    fails: 'GET http://x/: status 503, not status 200',
  },
  {
    title: 'uri fails where nothing answers',
    module: uri,
    args: ask,
    given: { reads: { 'http:GET http://x/': { ...answer, status: 0, problem: '(7) refused' } } },
    fails: 'no answer ((7) refused)',
  },
  {
    title: 'uri fails where there is nothing to ask with',
    module: uri,
    args: ask,
    given: { reads: { 'http:GET http://x/': { ...answer, status: -1 } } },
    fails: 'curl is not installed',
  },
  {
    title: 'ping answers',
    module: ping,
    args: { data: 'pong' },
    given: { reads: { 'ping:': 'pong' } },
    result: { ping: 'pong' },
  },
];
