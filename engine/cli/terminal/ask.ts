import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from '../problem.ts';

/** Asks for a password on the terminal; what is typed is not shown. */
export function askPassword(prompt: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  return ask(prompt, silent).finally(() => process.stderr.write('\n'));
}

/** Asks for a line of text on the terminal. */
export function askText(prompt: string): Promise<string> {
  return ask(prompt, process.stderr);
}

async function ask(prompt: string, echo: Writable): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UsageError(`cannot ask for the ${prompt.replace(/: $/, '')}: standard input is not a terminal`);
  if (echo !== process.stderr) process.stderr.write(prompt);
  const lines = createInterface({ input: process.stdin, output: echo, terminal: true, prompt });
  lines.prompt();
  try {
    return await new Promise((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => reject(new UsageError('interrupted')));
      lines.once('close', () => reject(new UsageError(`nothing was given for: ${prompt.replace(/: $/, '')}`)));
    });
  } finally {
    lines.close();
  }
}
