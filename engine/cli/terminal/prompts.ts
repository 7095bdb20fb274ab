import type { Question } from '../../playbook/prompts.ts';
import { askPassword, askText } from './ask.ts';

/** Puts the questions of vars_prompt to the person at the terminal; undefined where there is none. */
export function promptsAtTerminal(): ((question: Question) => Promise<string>) | undefined {
  return process.stdin.isTTY ? ask : undefined;
}

async function ask(question: Question): Promise<string> {
  const { name, text, confirm } = question;
  const shown = question.default === undefined ? '' : ` [${question.private ? 'a default' : question.default}]`;
  const read = question.private ? askPassword : askText;
  for (;;) {
    const answer = await read(`${text.replace(/:\s*$/, '')}${shown}: `);
    if (!confirm || (await read(`confirm ${name}: `)) === answer) return answer;
    process.stderr.write('The two answers differ. Once more.\n');
  }
}
