import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { sh } from '../../module/quote.ts';
import type { Target } from '../types.ts';

/** Answers the questions of ssh about one host. The answers are in no argument list, environment or file. */
export interface Askpass {
  /** The program for SSH_ASKPASS. */
  readonly program: string;
  close(): void;
}

/** Sends the question to our socket and prints the answer; without one it fails, as if somebody had cancelled. */
const client = `const s = require('net').connect({ path: process.argv[1], allowHalfOpen: true });
let a = '';
s.on('error', () => process.exit(1)).on('data', (d) => { a += d; }).on('end', () => {
  if (a === '') process.exit(1);
  process.stdout.write(a + '\\n', () => process.exit(0));
});
s.end(process.argv[2]);`;

const longestQuestion = 10_000;

/** `path`: where its files are put, in a folder that only this user can open. */
export async function answerFor(target: Target, path: string): Promise<Askpass> {
  const answer = answers(target);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let question = '';
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      question += chunk.toString('utf8');
      if (question.length > longestQuestion) socket.destroy();
    });
    socket.on('end', () => socket.end(answer(question) ?? ''));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(`${path}.q`, resolve);
  });
  server.unref();
  const program = `${path}.ask`;
  writeFileSync(program, `#!/bin/sh\n${sh`exec ${process.execPath} -e ${client} ${`${path}.q`} `}"$1"\n`, {
    mode: 0o700,
  });
  chmodSync(program, 0o700);
  return { program, close: () => void server.close() };
}

const mostRounds = 3;

/**
 * Only questions about the host's own login and about its key are answered, and only a few times. A question that a
 * server words begins with the login that it is for; whether a host key is right is never answered.
 */
function answers({ user, address, hostKeyAlias, password, privateKeyPassphrase, privateKeyFile }: Target) {
  const login = `${user}@${hostKeyAlias ?? address}`;
  let rounds = 0;
  return (question: string): string | undefined => {
    if (/^Enter passphrase for (key )?/.test(question))
      return privateKeyFile !== undefined && question.includes(privateKeyFile) ? privateKeyPassphrase : undefined;
    const isLogin = question.startsWith(`${login}'s password: `) || question.startsWith(`(${login}) `);
    return isLogin && ++rounds <= mostRounds ? password : undefined;
  };
}
