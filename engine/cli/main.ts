import { Command } from 'commander';
import { version } from '../source/version.ts';
import { commands } from './commands/index.ts';

/** The command line. Only the called sub-command is loaded, or all of them where each is needed: for help and completion. */
async function main(words: readonly string[]): Promise<void> {
  const program = new Command('tsplay')
    .description('Brings hosts to the state that playbooks declare, over SSH; nothing is installed on them.')
    .version(version)
    .showHelpAfterError('(see tsplay --help)')
    .showSuggestionAfterError()
    .enablePositionalOptions();
  const [first, second] = words;
  const called = commands.filter(({ name }) => name === (first === 'help' ? second : first) && name !== 'completion');
  for (const { load } of called.length > 0 ? called : commands) {
    const { row } = await load();
    row.define(program.command(row.name).description(row.about));
  }
  await program.parseAsync();
}

// A reader may leave early (`| head`): no reason for a stack trace.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode ||= 1;
  });

const report = async (error: unknown): Promise<number> => (await import('./problem.ts')).reportError(error);

// An error that nothing awaits, in a module of the project: Node's report would not mask secrets, and its exit code means 'refused'.
process.on('uncaughtException', async (error) => process.exit(await report(error)));

main(process.argv.slice(2)).catch(async (error: unknown) => {
  process.exitCode = await report(error);
});
