import type { ClientChannel } from 'ssh2';
import { HostConnection } from '../connection.ts';
import type { ShellStream } from '../shell/session.ts';
import { ChannelRefused, NoAnswer, type Target, Unreachable } from '../types.ts';
import { withDeadline } from '../waiting.ts';
import { type LoggedIn, SshClients } from './client.ts';
import { completed } from './config.ts';
import { JumpHosts } from './jump-hosts.ts';

/** Opens hosts over SSH: one connection each, and in it a channel for each become user. Owns what the hosts share. */
export class SshConnector {
  readonly #clients = new SshClients();
  readonly #jumpHosts = new JumpHosts(this.#clients);

  async open(given: Target, signal: AbortSignal): Promise<HostConnection> {
    const { target, keyFiles } = await completed(given, signal);
    const login = await this.#clients.connect(target, keyFiles, this.#jumpHosts.wayTo(target), signal);
    return new HostConnection(target, {
      get alive() {
        return login.alive;
      },
      start: (command, aborted) => startOver(login, command, target, aborted),
      close: () => login.close(),
    });
  }

  close(reason: Error): void {
    this.#jumpHosts.close(reason);
    this.#clients.clear();
  }
}

async function startOver(login: LoggedIn, command: string, target: Target, signal: AbortSignal): Promise<ShellStream> {
  const { client } = login;
  const { name, connectTimeoutSeconds } = target;
  if (!login.alive)
    throw new Unreachable(`connection to ${name} was lost${login.lost === undefined ? '' : ` (${login.lost})`}`);
  let isLate = false;
  const opening = new Promise<ShellStream>((resolve, reject) => {
    const failed = (error: Error) =>
      reject(
        new ChannelRefused(`${name} opens no further channel: ${error.message}`, 'see MaxSessions in its sshd_config'),
      );
    // ssh2 forgets the callback where the connection ends while it waits.
    const onClose = () => reject(new Unreachable(`connection to ${name} was lost while a shell was opened`));
    client.once('close', onClose);
    try {
      client.exec(command, (error, channel) => {
        client.off('close', onClose);
        if (error) return failed(error);
        login.expects(channel);
        login.expects(channel.stderr);
        if (isLate) channel.close();
        resolve(streamOf(channel, () => login.lost));
      });
    } catch (error) {
      client.off('close', onClose);
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  });
  const late = () => new NoAnswer(`${name} opened no shell within ${connectTimeoutSeconds} s after the login`);
  return withDeadline(opening, connectTimeoutSeconds, late, signal).catch((error) => {
    isLate = true;
    throw error;
  });
}

function streamOf(channel: ClientChannel, lost: () => string | undefined): ShellStream {
  let why: string | undefined;
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    onClosed(listener) {
      let called = false;
      const call = () => {
        if (!called) listener(lost() ?? why);
        called = true;
      };
      channel.once('close', call);
      // A child in the background may hold the channel open forever.
      channel.once('exit', (code: number | null, signal?: string) => {
        why =
          code === null ? `the shell was ended by ${signal ?? 'a signal'}` : `the shell ended with exit code ${code}`;
        const timer = setTimeout(call, 500);
        channel.once('close', () => clearTimeout(timer));
      });
    },
    end: () => void channel.end(),
    destroy() {
      channel.signal('KILL'); // reaches the process group; closing the channel alone leaves it running
      channel.close();
    },
  };
}
