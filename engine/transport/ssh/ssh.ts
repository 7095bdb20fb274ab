import type { Client } from 'ssh2';
import { HostConnection } from '../connection.ts';
import type { ShellStream } from '../shell/session.ts';
import { ChannelRefused, type Target, Unreachable } from '../types.ts';
import { connectClient } from './client.ts';
import { completed } from './config.ts';
import type { Bastions } from './jump-hosts.ts';

/** A host over SSH: one connection, and in it a channel for each become user. */
export async function openSsh(given: Target, bastions: Bastions): Promise<HostConnection> {
  const { target, keyFiles } = await completed(given);
  const client = await connectClient(target, keyFiles, bastions.wayTo(target));
  let lost: string | undefined;
  let alive = true;
  client.on('error', (error) => {
    lost = /keepalive/i.test(error.message) ? 'it no longer answers' : error.message;
  });
  client.on('close', () => {
    alive = false;
  });
  return new HostConnection(target, {
    get alive() {
      return alive;
    },
    start: (command) =>
      alive
        ? startOver(client, command, target, () => lost)
        : Promise.reject(
            new Unreachable(`connection to ${target.name} was lost${lost === undefined ? '' : ` (${lost})`}`),
          ),
    close: async () => {
      client.end();
      // A network that has gone answers no farewell: nothing shall wait for it.
      setTimeout(() => client.destroy(), 1000).unref();
    },
  });
}

function startOver(
  client: Client,
  command: string,
  target: Target,
  lost: () => string | undefined,
): Promise<ShellStream> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) =>
      reject(
        new ChannelRefused(
          `${target.name} opens no further channel: ${error.message}`,
          'see MaxSessions in its sshd_config',
        ),
      );
    // ssh2 forgets the callback where the connection ends while it waits.
    const onClose = () => reject(new Unreachable(`connection to ${target.name} was lost while a shell was opened`));
    client.once('close', onClose);
    try {
      client.exec(command, (error, channel) => {
        client.off('close', onClose);
        if (error) return failed(error);
        let why: string | undefined;
        let told = false;
        resolve({
          stdin: channel,
          stdout: channel,
          stderr: channel.stderr,
          onClosed(listener) {
            const tell = () => {
              if (!told) listener(lost() ?? why);
              told = true;
            };
            channel.once('close', tell);
            // A child in the background may hold the channel open for ever.
            channel.once('exit', (code: number | null, signal?: string) => {
              why =
                code === null
                  ? `the shell was ended by ${signal ?? 'a signal'}`
                  : `the shell ended with exit code ${code}`;
              const timer = setTimeout(tell, 500);
              channel.once('close', () => clearTimeout(timer));
            });
          },
          end: () => void channel.end(),
          destroy: () => channel.close(),
        });
      });
    } catch (error) {
      client.off('close', onClose);
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  });
}
