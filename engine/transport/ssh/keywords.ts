/** All values that ssh has for an option, by its name in lower case; an option that is repeated has several. */
export type Values = ReadonlyMap<string, readonly string[]>;

/**
 * What becomes of an option of ssh_config(5):
 * - `setting`: it has a row in options.ts;
 * - `asked`: `ssh -G` has applied it to what it prints;
 * - `nothing`: it changes nothing here, and this is why;
 * - `openssh`: our own client does not have it, so the host is reached with the system's ssh, unless the value asks for nothing;
 * - `refused`: with it no command could run.
 */
export type Handling =
  | { readonly as: 'setting' | 'asked' }
  | { readonly as: 'nothing'; readonly why: string }
  | { readonly as: 'openssh' | 'refused'; readonly unless: (value: string, all: Values) => boolean };

const setting: Handling = { as: 'setting' };
const asked: Handling = { as: 'asked' };
const nothing = (why: string): Handling => ({ as: 'nothing', why });
const openssh = (...harmless: readonly string[]): Handling => ({ as: 'openssh', unless: among(harmless) });
const refused = (...harmless: readonly string[]): Handling => ({ as: 'refused', unless: among(harmless) });
const openSshIf = (counts: (value: string, all: Values) => boolean): Handling => ({
  as: 'openssh',
  unless: (value, all) => !counts(value, all),
});

function among(harmless: readonly string[]): (value: string) => boolean {
  return (value) => harmless.includes(value.toLowerCase());
}

const oneConnection = 'there is one connection for each host anyway, which is kept alive and ended with the run';
const noPerson = 'nobody types into the connection, and no display is used';
const onlyShown = 'it only changes what ssh shows or logs';

const hasDisplay = (): boolean => process.env['DISPLAY'] !== undefined;
const isYes = (value: string): boolean => ['yes', 'true'].includes(value.toLowerCase());
/** The shells that run scripts set the locale themselves. */
const isLocale = (name: string): boolean => /^(LANG|LANGUAGE|LC_[\w*?]+)(=.*)?$/.test(name);

/** Every option of ssh_config(5), in lower case. */
export const keywords: Readonly<Record<string, Handling>> = {
  host: asked,
  match: asked,
  include: asked,
  ignoreunknown: asked,
  tag: asked,
  hostname: asked,
  canonicaldomains: asked,
  canonicalizefallbacklocal: asked,
  canonicalizehostname: asked,
  canonicalizemaxdots: asked,
  canonicalizepermittedcnames: asked,
  user: setting,
  port: setting,
  addressfamily: setting,
  proxyjump: setting,
  connecttimeout: setting,
  userknownhostsfile: setting,
  globalknownhostsfile: setting,
  stricthostkeychecking: setting,
  hostkeyalias: setting,
  revokedhostkeys: setting,
  requiredrsasize: setting,
  identityfile: setting,
  identitiesonly: setting,
  identityagent: setting,
  pubkeyauthentication: setting,
  passwordauthentication: setting,
  kbdinteractiveauthentication: setting,
  preferredauthentications: setting,
  kexalgorithms: setting,
  ciphers: setting,
  macs: setting,
  hostkeyalgorithms: setting,
  pubkeyacceptedalgorithms: setting,
  proxycommand: openssh('none'),
  proxyusefdpass: openssh('no', 'false'),
  certificatefile: openssh('none'),
  pkcs11provider: openssh('none'),
  securitykeyprovider: openssh('internal', 'none', '$ssh_sk_provider'),
  gssapiauthentication: openssh('no', 'false'),
  gssapikeyexchange: openssh('no', 'false'),
  hostbasedauthentication: openssh('no', 'false'),
  knownhostscommand: openssh('none'),
  verifyhostkeydns: openssh('no', 'false'),
  checkhostip: openssh('no', 'false'),
  nohostauthenticationforlocalhost: openssh('no', 'false'),
  bindaddress: openssh(),
  bindinterface: openssh(),
  connectionattempts: openssh('1'),
  rekeylimit: openssh('default', 'default none', '0 0'),
  numberofpasswordprompts: openSshIf((value) => Number(value) < 1),
  sendenv: openSshIf((value) => value.split(/\s+/).some((name) => !isLocale(name) && !name.startsWith('-'))),
  setenv: openSshIf((value) => !isLocale(value) && !value.startsWith('TERM=')),
  forwardagent: openSshIf((value) => !['no', 'false'].includes(value.toLowerCase()) && hasAgent(value)),
  forwardx11: openSshIf((value) => isYes(value) && hasDisplay()),
  localcommand: openSshIf((_value, all) => (all.get('permitlocalcommand') ?? []).some(isYes)),
  localforward: openssh(),
  remoteforward: openssh(),
  dynamicforward: openssh(),
  tunnel: openssh('no', 'false'),
  sessiontype: refused('default'),
  stdinnull: refused('no', 'false'),
  forkafterauthentication: refused('no', 'false'),
  remotecommand: refused('none'),
  refuseconnection: refused(),
  addkeystoagent: nothing('keys are added to no agent'),
  batchmode: nothing('no question is asked during the run'),
  casignaturealgorithms: nothing("only the system's ssh, which then applies it, checks certificates"),
  channeltimeout: nothing(oneConnection),
  clearallforwardings: nothing('it only takes forwardings away'),
  compression: nothing('large files are compressed before they are sent'),
  controlmaster: nothing(oneConnection),
  controlpath: nothing(oneConnection),
  controlpersist: nothing(oneConnection),
  enableescapecommandline: nothing(noPerson),
  enablesshkeysign: nothing('it belongs to HostbasedAuthentication'),
  escapechar: nothing(noPerson),
  exitonforwardfailure: nothing('it belongs to the forwardings'),
  fingerprinthash: nothing(onlyShown),
  forwardx11timeout: nothing('it belongs to ForwardX11'),
  forwardx11trusted: nothing('it belongs to ForwardX11'),
  gatewayports: nothing('it belongs to the forwardings'),
  gssapiclientidentity: nothing('it belongs to GSSAPIAuthentication'),
  gssapidelegatecredentials: nothing('it belongs to GSSAPIAuthentication'),
  gssapikexalgorithms: nothing('it belongs to GSSAPIKeyExchange'),
  gssapirenewalforcesrekey: nothing('it belongs to GSSAPIAuthentication'),
  gssapiserveridentity: nothing('it belongs to GSSAPIAuthentication'),
  gssapitrustdns: nothing('it belongs to GSSAPIAuthentication'),
  hashknownhosts: nothing('new lines of known_hosts hold the name as it is, which names the same host'),
  hostbasedacceptedalgorithms: nothing('it belongs to HostbasedAuthentication'),
  ipqos: nothing('it marks packets, and does not change what they carry'),
  kbdinteractivedevices: nothing('the server chooses how it asks'),
  loglevel: nothing(onlyShown),
  logverbose: nothing(onlyShown),
  obscurekeystroketiming: nothing(noPerson),
  permitlocalcommand: nothing('it belongs to LocalCommand'),
  permitremoteopen: nothing('it belongs to RemoteForward'),
  requesttty: nothing('a terminal would mix what scripts print; become asks for its password without one'),
  serveralivecountmax: nothing(oneConnection),
  serveraliveinterval: nothing(oneConnection),
  streamlocalbindmask: nothing('it belongs to the forwardings'),
  streamlocalbindunlink: nothing('it belongs to the forwardings'),
  syslogfacility: nothing(onlyShown),
  tcpkeepalive: nothing(oneConnection),
  tunneldevice: nothing('it belongs to Tunnel'),
  updatehostkeys: nothing('a connection adds no keys but that of a host which accept-new accepts'),
  versionaddendum: nothing(onlyShown),
  visualhostkey: nothing(onlyShown),
  warnweakcrypto: nothing(onlyShown),
  xauthlocation: nothing('it belongs to ForwardX11'),
};

/** Options that can be given several times, each adding to the others. */
const repeated = new Set([
  'certificatefile',
  'dynamicforward',
  'identityfile',
  'localforward',
  'remoteforward',
  'sendenv',
  'setenv',
]);

export const isRepeated = (name: string): boolean => repeated.has(name);

function hasAgent(value: string): boolean {
  return isYes(value) ? process.env['SSH_AUTH_SOCK'] !== undefined : true;
}

/** Older names, as ssh still takes them. */
const otherNames: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  hostbasedkeytypes: 'hostbasedacceptedalgorithms',
  identityfile2: 'identityfile',
  userknownhostsfile2: 'userknownhostsfile',
  globalknownhostsfile2: 'globalknownhostsfile',
  keepalive: 'tcpkeepalive',
  smartcarddevice: 'pkcs11provider',
};

/** The name by which an option is known here, in lower case. */
export function keywordOf(name: string): string {
  const key = name.toLowerCase();
  return otherNames[key] ?? key;
}

/** The first option for which a predicate of its row holds. */
function first(values: Values, as: 'openssh' | 'refused'): string | undefined {
  for (const [name, all] of values) {
    const row = keywords[name];
    if (row?.as === as && all.some((value) => !row.unless(value, values))) return name;
  }
  return undefined;
}

/** The option that only the system's ssh can honour, in lower case, if there is one. */
export const needsOpenSsh = (values: Values): string | undefined => first(values, 'openssh');
/** The option with which no command could run, in lower case, if there is one. */
export const forbids = (values: Values): string | undefined => first(values, 'refused');
