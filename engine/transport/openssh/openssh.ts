import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostConnection } from '../connection.ts';
import type { Completed } from '../ssh/config.ts';
import { HungUp, where } from '../ssh/failure.ts';
import { hopsOf } from '../ssh/hop.ts';
import { type Target, Unreachable } from '../types.ts';
import { sleep } from '../waiting.ts';
import { answerFor } from './askpass.ts';
import { masterArguments } from './command.ts';
import { Master } from './master.ts';
import { startSession } from './session.ts';

const attempts = 4;
/** Of the path of a socket; ssh first makes one with a longer name beside it. */
const longestSocketPath = 80;

/** Opens hosts with the system's ssh: one connection each, and in it a session for each become user. */
export class OpenSshConnector {
  #folder: string | undefined;
  #count = 0;
  /** Where the run ends at once, nobody closes this. */
  readonly #atExit = (): void => this.close();

  /** `given` as the inventory has it, for ssh to complete; `found` is what it makes of it; `why` not our own client. */
  async open(given: Target, found: Completed, why: string, signal: AbortSignal): Promise<HostConnection> {
    const { target } = found;
    const path = join(this.#ownFolder(), String(this.#count++));
    const socket = `${path}.s`;
    const asks = target.password !== undefined || target.privateKeyPassphrase !== undefined;
    const askpass = asks ? await answerFor(target, path) : undefined;
    const environment = {
      ...process.env,
      SSH_ASKPASS_REQUIRE: askpass ? 'force' : 'never',
      ...(askpass && { SSH_ASKPASS: askpass.program }),
    };
    const proxyCommand = found.settings.get('proxycommand')?.[0] ?? optionOf(given, 'proxycommand');
    const wanted = {
      target,
      socket,
      args: masterArguments(given, target, socket, proxyCommand),
      environment,
      isDirect: hopsOf(target).length === 0 && (proxyCommand === undefined || proxyCommand === 'none'),
    };
    const master = await this.#logIn(wanted, signal).finally(() => askpass?.close());
    const sessions = { master, target, socket, settings: sessionSettings(given, found) };
    return new HostConnection(target, {
      get alive() {
        return master.alive;
      },
      note: `is reached with the system's ssh (${why})`,
      start: (command, aborted) => startSession(command, sessions, aborted),
      close: () => master.close(),
    });
  }

  /** Removes the files; the connections are closed by then. */
  close(): void {
    process.off('exit', this.#atExit);
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  /** A server that hangs up before it says a word may be crowded (MaxStartups). */
  async #logIn(wanted: Parameters<typeof Master.open>[0], signal: AbortSignal): Promise<Master> {
    for (let attempt = 1; ; attempt++)
      try {
        return await Master.open(wanted, signal);
      } catch (error) {
        if (!(error instanceof HungUp)) throw error;
        if (attempt === attempts)
          throw new Unreachable(
            `${wanted.target.name}: ${where(wanted.target)} hangs up before the login`,
            'sshd may be overloaded (MaxStartups) or refuse this address',
          );
        await sleep(100 * 2 ** attempt * (0.5 + Math.random()), signal);
      }
  }

  /** mkdtemp makes it for this user alone. */
  #ownFolder(): string {
    const parent = tmpdir().length > longestSocketPath - 20 ? '/tmp' : tmpdir();
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(parent, 'tsplay-'));
      process.once('exit', this.#atExit);
    }
    return this.#folder;
  }
}

const optionOf = ({ sshOptions = [] }: Target, option: string): string | undefined =>
  sshOptions.find(([name]) => name === option)?.[1];

/** What an ssh asks for with each session, rather than with the connection. */
function sessionSettings({ sshOptions = [] }: Target, { settings }: Completed): (readonly [string, string])[] {
  const names = ['setenv', 'sendenv', 'forwardagent', 'forwardx11'];
  return names.flatMap((name) => {
    const values = settings.get(name) ?? sshOptions.flatMap(([option, value]) => (option === name ? [value] : []));
    return values.map((value) => [name, value] as const);
  });
}
