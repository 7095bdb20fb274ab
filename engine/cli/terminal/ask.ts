import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Question } from '../../playbook/prompts.ts';
import { harmless } from '../../source/harmless.ts';
import { UsageError } from '../problem.ts';

/** Asks for a password on the terminal; what is typed is not shown. */
export function askPassword(prompt: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  return readAnswer(prompt, silent).finally(() => process.stderr.write('\n'));
}

/** Asks for a line of text on the terminal. */
export function askText(prompt: string): Promise<string> {
  return readAnswer(prompt, process.stderr);
}

export interface AskOptions {
  readonly askPass?: boolean;
  readonly askBecomePass?: boolean;
}

/** Asks for the passwords that hosts need, before the first connection. */
export async function askPasswords(options: AskOptions): Promise<{ connection?: string; become?: string }> {
  const connection = options.askPass ? await askPassword('SSH password: ') : undefined;
  const become = options.askBecomePass ? await askPassword('BECOME password: ') : undefined;
  return { ...(connection !== undefined && { connection }), ...(become !== undefined && { become }) };
}

/** Asks the questions of vars_prompt on the terminal; undefined if there is none. */
export function promptsAtTerminal(): ((question: Question) => Promise<string>) | undefined {
  return process.stdin.isTTY ? askQuestion : undefined;
}

async function askQuestion(question: Question): Promise<string> {
  const { name, text, confirm } = question;
  const shown = question.default === undefined ? '' : ` [${question.private ? 'a default' : question.default}]`;
  const read = question.private ? askPassword : askText;
  for (;;) {
    const answer = await read(`${text.replace(/:\s*$/, '')}${shown}: `);
    if (!confirm || (await read(`confirm ${name}: `)) === answer) return answer;
    process.stderr.write('The two answers differ. Try again.\n');
  }
}

async function readAnswer(words: string, echo: Writable): Promise<string> {
  const prompt = harmless(words);
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
