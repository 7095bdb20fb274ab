import type { Reader } from '../../engine/module/module.ts';
import { cannotTell, cannotTellAny, type Prediction, type Probe, willBe } from '../../engine/module/probe.ts';
import { pathState, realPath } from '../files/path.ts';
import { disturbed, nothingBelow } from '../files/place.ts';
import { fileDigest, fileText } from '../files/text.ts';
import type { Account } from './account.ts';

/** What useradd puts into a new home folder. */
const skeleton: Probe<readonly string[]> = {
  key: 'skeleton:',
  script: 'ls -A /etc/skel 2>/dev/null || true',
  parse: (out) => out.stdout.split('\n').filter((name) => name !== ''),
};

/** The home folder that useradd makes of an account: an existing one is left unchanged. */
export async function homeWillBe(host: Reader, name: string, { home, group }: Account): Promise<readonly Prediction[]> {
  const present = await host.read(pathState(home));
  if (present.type !== 'absent') return [];
  const [names, settings] = await Promise.all([host.read(skeleton), host.read(fileText('/etc/login.defs'))]);
  return [
    ...disturbed(home),
    ...nothingBelow(home),
    willBe(pathState(home), { type: 'directory', mode: modeOf(settings.content), owner: name, group }),
    ...names.flatMap((one) => below(`${home}/${one}`)),
  ];
}

const below = (path: string): readonly Prediction[] => [
  ...[pathState(path), fileText(path), fileDigest(path), realPath(path)].map((probe) => cannotTell(probe)),
  ...['path', 'file', 'digest', 'realpath'].map((subject) => cannotTellAny(`${subject}:${path}/`)),
];

function modeOf(settings: string): string {
  const setting = (word: string): string | undefined => new RegExp(`^\\s*${word}\\s+([0-7]+)`, 'm').exec(settings)?.[1];
  const mode = setting('HOME_MODE') ?? (0o777 & ~Number.parseInt(setting('UMASK') ?? '022', 8)).toString(8);
  return mode.replace(/^0+/, '').padStart(4, '0');
}
