import { UnreadableFile } from './read-once.ts';

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  ENXIO: 'it is a socket or a device, not a file',
  ENODEV: 'it is a socket or a device, not a file',
  EEXIST: 'it exists already',
  ENOTEMPTY: 'the folder is not empty',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open; raise the limit with ulimit -n, or lower --forks',
  ENFILE: 'too many files are open on this machine',
  ELOOP: 'too many symbolic links, or a circle of them',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk reports an error',
  EAGAIN: 'this machine allows no more processes; lower --forks',
  ENOMEM: 'this machine has no memory left',
  E2BIG: 'the arguments and the environment are too long',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was closed',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'the network cannot be reached',
  EADDRINUSE: 'the address is in use',
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be resolved now',
  EPIPE: 'the other side has closed it',
};

/** What the operating system of this machine has refused, in words and with what it is about; undefined for other errors, which are bugs. */
export function systemProblem(error: unknown): string | undefined {
  if (error instanceof AggregateError) {
    const problems = error.errors.map(systemProblem);
    return problems.length > 0 && problems.every((problem) => problem !== undefined)
      ? [...new Set(problems)].join('; ')
      : undefined;
  }
  if (error instanceof UnreadableFile) return `${error.path}: ${error.message}`;
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path, dest, address, port, hostname } = error as NodeJS.ErrnoException & {
    readonly dest?: string;
    readonly address?: string;
    readonly port?: number;
    readonly hostname?: string;
  };
  if (code === undefined || syscall === undefined) return undefined;
  const network = address === undefined ? hostname : port === undefined ? address : `${address}:${port}`;
  const about = [path, dest].filter((name) => name !== undefined).join(' → ') || network || syscall;
  return `${about}: ${words[code] ?? error.message}`;
}

/** Why a file of this machine cannot be read or written, as a clause, where the sentence names the file. */
export function problemOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code === undefined ? undefined : words[code]) ?? message;
}
