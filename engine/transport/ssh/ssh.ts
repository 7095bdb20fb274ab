import type { ClientChannel } from 'ssh2';
import { HostConnection } from '../connection.ts';
import type { OpenSshConnector } from '../openssh/openssh.ts';
import type { ShellStream } from '../shell/session.ts';
import { ChannelRefused, NoAnswer, type Target, Unreachable } from '../types.ts';
import { withDeadline } from '../waiting.ts';
import { type LoggedIn, SshClients } from './client.ts';
import { type Completed, completed } from './config.ts';
import { hopsOf, hopTarget } from './hop.ts';
import { JumpHosts } from './jump-hosts.ts';
import { needOf } from './needs.ts';

/** Opens hosts over SSH: one connection each, and in it a channel for each become user. Owns what the hosts share. */
export class SshConnector {
  readonly #clients = new SshClients();
  readonly #jumpHosts = new JumpHosts(this.#clients);
  #openSsh: OpenSshConnector | undefined;

  /** With the system's ssh where that is asked for, or where only that can do what the configuration asks for. */
  async open(given: Target, signal: AbortSignal): Promise<HostConnection> {
    const found = await completed(given, signal);
    if (given.kind === 'openssh' || (await this.#needOf(found, signal)) !== undefined) {
      const { OpenSshConnector } = await import('../openssh/openssh.ts');
      return (this.#openSsh ??= new OpenSshConnector()).open(given, found, signal);
    }
    const { target, keyFiles } = found;
    const login = await this.#clients.connect(target, keyFiles, this.#jumpHosts.wayTo(target), signal);
    return new HostConnection(target, {
      get alive() {
        return login.alive;
      },
      warning: login.warning,
      start: (command, aborted) => startOver(login, command, target, aborted),
      close: () => login.close(),
    });
  }

  /** What our own client cannot do, for this host or for a jump host on the way. */
  async #needOf(found: Completed, signal: AbortSignal): Promise<string | undefined> {
    const need = needOf(found, this.#clients.knownHostsOf(found.target));
    if (need !== undefined) return need;
    for (const hop of hopsOf(found.target)) {
      const jump = await completed(hopTarget(hop, found.target), signal);
      const its = needOf(jump, this.#clients.knownHostsOf(jump.target));
      if (its !== undefined) return its;
    }
    return undefined;
  }

  close(reason: Error): void {
    this.#openSsh?.close();
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
