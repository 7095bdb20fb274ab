import { quote } from '../../module/quote.ts';
import { argumentsFor } from '../ssh/config.ts';
import { hopsOf, hopTarget } from '../ssh/hop.ts';
import type { Target } from '../types.ts';

/** The settings of ssh for one connection, in the order in which the first counts. */
type Options = readonly (readonly [name: string, value: string])[];

const checking = { strict: 'yes', 'accept-new': 'accept-new', off: 'no' } as const;

/** What every ssh that we start has in common, whatever its configuration says: nobody types, and nothing goes on without us. */
const always: Options = [
  ['LogLevel', 'ERROR'],
  ['ControlPersist', 'no'],
  ['ForkAfterAuthentication', 'no'],
  ['RemoteCommand', 'none'],
  ['RequestTTY', 'no'],
  ['EscapeChar', 'none'],
  ['AddKeysToAgent', 'no'],
  ['UpdateHostKeys', 'no'],
];

const written = (options: Options): string[] => options.flatMap(([name, value]) => ['-o', `${name}=${value}`]);

const files = (paths: readonly string[]): string => paths.map((path) => `"${path}"`).join(' ');

/** The arguments of the ssh that logs in to a host and opens sessions for others at a socket. `target` is completed. */
export function masterArguments(
  given: Target,
  target: Target,
  socket: string,
  proxyCommand: string | undefined,
): string[] {
  const asks = target.password !== undefined || target.privateKeyPassphrase !== undefined;
  const hops = hopsOf(target);
  const way: Options =
    hops.length > 0
      ? [['ProxyCommand', jumpCommand(hops, target)]] // it keeps a ProxyJump that comes later from counting
      : proxyCommand === undefined || !asks
        ? []
        : [['ProxyCommand', withoutAskpass(proxyCommand)]];
  const options: Options = [
    ...always,
    ['ControlMaster', 'yes'],
    ['ControlPath', `"${socket.replaceAll('%', '%%')}"`],
    ['SessionType', 'none'],
    ['BatchMode', asks ? 'no' : 'yes'],
    ['NumberOfPasswordPrompts', '1'],
    ['StrictHostKeyChecking', checking[target.hostKeyChecking]],
    ['ConnectTimeout', String(Math.ceil(target.connectTimeoutSeconds))],
    ...way,
  ];
  const alive: Options = [
    ['ServerAliveInterval', '15'],
    ['ServerAliveCountMax', '4'],
  ];
  return [...written(options), ...argumentsFor(given), ...written(alive), '--', given.address];
}

/** The arguments of the ssh that runs a command in the connection of the master, and never makes one of its own. */
export function sessionArguments(socket: string, command: string, settings: Options): string[] {
  const options: Options = [
    ['ControlPath', `"${socket.replaceAll('%', '%%')}"`],
    ['ControlMaster', 'no'],
    ['ProxyCommand', 'false'],
    ['BatchMode', 'yes'],
    ['LogLevel', 'ERROR'],
    ['EscapeChar', 'none'],
    ...settings,
  ];
  return ['-F', 'none', '-T', ...written(options), '--', 'host', command];
}

/**
 * The command that reaches a host through jump hosts. They are logged in to with the keys and the checks of the host
 * behind them, and never get an answer to a question: a password is for the host alone.
 */
function jumpCommand(hops: readonly string[], last: Target): string {
  const hop = hopTarget(hops.at(-1)!, last);
  const before = hops.slice(0, -1);
  const isSet = (key: keyof Target) => !hop.unset?.includes(key as never);
  const options: Options = [
    ...always,
    ['ControlMaster', 'no'],
    ['ControlPath', 'none'],
    ['ClearAllForwardings', 'yes'],
    ['BatchMode', 'yes'],
    ['StrictHostKeyChecking', checking[hop.hostKeyChecking]],
    ['ConnectTimeout', String(Math.ceil(hop.connectTimeoutSeconds))],
    ...(isSet('knownHostsFiles') ? ([['UserKnownHostsFile', files(hop.knownHostsFiles)]] as const) : []),
    ...(isSet('globalKnownHostsFiles') && hop.globalKnownHostsFiles
      ? ([['GlobalKnownHostsFile', files(hop.globalKnownHostsFiles)]] as const)
      : []),
    ...(isSet('identitiesOnly') && hop.identitiesOnly ? ([['IdentitiesOnly', 'yes']] as const) : []),
    ...(isSet('identityAgent') && hop.identityAgent ? ([['IdentityAgent', hop.identityAgent]] as const) : []),
    ...(isSet('revokedHostKeys') && hop.revokedHostKeys ? ([['RevokedHostKeys', hop.revokedHostKeys]] as const) : []),
    ...(isSet('requiredRsaSize') && hop.requiredRsaSize
      ? ([['RequiredRSASize', String(hop.requiredRsaSize)]] as const)
      : []),
    ...(before.length > 0 ? ([['ProxyCommand', jumpCommand(before, last)]] as const) : []),
  ];
  const words = ['ssh', ...written(options), ...argumentsFor(hop)].map((word) => quote(word.replaceAll('%', '%%')));
  return withoutAskpass([...words, "-W '[%h]:%p' --", quote(hop.address)].join(' '));
}

/** A command on the way must not get the answers that are meant for the host. */
function withoutAskpass(command: string): string {
  return `env -u SSH_ASKPASS SSH_ASKPASS_REQUIRE=never ${command.replace(/^\s*exec\s+/, '')}`;
}
