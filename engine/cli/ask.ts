import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from './problem.ts';

/** Asks for a password on the terminal; what is typed is not shown. */
export async function askPassword(prompt: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError(`cannot ask for the ${prompt.replace(/: $/, '')}: standard input is not a terminal`);
  process.stderr.write(prompt);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(new UsageError('interrupted')));
      lines.once('close', () => reject(new UsageError('no password was given')));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
