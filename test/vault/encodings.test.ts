import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { Secrets } from '../../engine/vault/redaction.ts';

const examples = [
  'Plain5ecretAAA',
  "it's-Quote'5ecretBBB",
  String.raw`say"Quote5ecretCCC\back`,
  'p%40%sPercent5ecretDDD 100%',
  'Üñïcödé5ecretEEE✓',
  'line-one-5ecretFFF\nline-two-5ecretGGG\n  indented-three-5ecretHHH',
  '^a.*(5ecret)+III[x]$',
  'word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 word12 word13 5ecretJJJ end',
  '<a&b>5ecretLLL',
  'tab\tbell\u00075ecretMMM',
  '$HOME`id`$(id)5ecretNNN',
  'cr-5ecretPPP\r\nlf-5ecretQQQ',
  'key-🔑-5ecretRRR',
  String.raw`back\new\x41-5ecretTTT\\`,
  '&amp;5ecretUUU;&uuml;',
  'Straße-Ångström-5ecretVVV',
];

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');
const wrap = (text: string, width: number): string => text.replace(new RegExp(`.{${width}}`, 'gu'), '$&\n');
const shell = (script: string, text: string): string =>
  spawnSync('bash', ['-c', script], { env: { ...process.env, S: text, LC_ALL: 'C.UTF-8' }, encoding: 'utf8' }).stdout;
const escaped = (text: string, of: (code: string) => string): string =>
  Array.from(text)
    .map((c) => (c < '\u0080' ? c : [...Buffer.from(c)].map((b) => of(b.toString(16))).join('')))
    .join('');
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#x27;', ü: '&uuml;', Ü: '&Uuml;' };

/** Ways in which tools write a text. */
const ways: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (t) => t,
  'in upper case': (t) => t.toUpperCase(),
  'in lower case': (t) => t.toLowerCase(),
  reversed: (t) => Array.from(t).reverse().join(''),
  spaced: (t) => Array.from(t).join(' '),
  wrapped: (t) => wrap(t, 7),
  'folded at blanks': (t) => t.replaceAll(' ', '\n    '),
  'in JSON': (t) => JSON.stringify(t),
  'in JSON in JSON': (t) => JSON.stringify(JSON.stringify({ t })),
  'in JSON three times': (t) => JSON.stringify(JSON.stringify(JSON.stringify({ t }))),
  'in JSON of ASCII': (t) =>
    JSON.stringify(t).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'in JSON for HTML': (t) => JSON.stringify(t).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`),
  'in JSON of PHP': (t) => JSON.stringify(t).replaceAll('/', String.raw`\/`),
  'quoted for a shell': (t) => `'${t.replaceAll("'", String.raw`'\''`)}'`,
  'quoted with double quotes': (t) => `'${t.replaceAll("'", `'"'"'`)}'`,
  'as %q': (t) => shell('printf %q "$S"', t),
  'as @Q': (t) => shell('echo "${S@Q}"', t),
  'as declare -p': (t) => shell('declare -p S', t),
  'as set -x': (t) => shell('exec 2>&1; set -x; true "$S"', t),
  'as od': (t) => shell(`printf %s "$S" | od -An -tx1`, t),
  'as base64 wraps': (t) => base64(t).replace(/.{76}/g, '$&\n'),
  'as base64 with a word before each line': (t) => base64(t).replace(/^|.{76}/g, '$&\nB64 '),
  'as base64 of a URL': (t) => Buffer.from(t).toString('base64url'),
  'as base64 of a header': (t) => base64(`user:${t}`),
  'as base64 of another': (t) => base64(`me:${t}!`),
  'as base64 of base64': (t) => base64(base64(t)),
  'as base64 of base64 of a header': (t) => base64(`{"auth":"${base64(`u:${t}`)}"}`),
  'as base64 in a URL': (t) => encodeURIComponent(base64(t)),
  'as base64 of JSON': (t) => base64(JSON.stringify({ t })),
  'as hex': (t) => Buffer.from(t).toString('hex'),
  'as upper hex': (t) => Buffer.from(t).toString('hex').toUpperCase(),
  'as hex with colons': (t) => Buffer.from(t).toString('hex').replace(/../g, '$&:'),
  'in a URL': (t) => encodeURIComponent(t),
  'in a URL in lower case': (t) => encodeURIComponent(t).replace(/%../g, (c) => c.toLowerCase()),
  'in a URL, strictly': (t) => encodeURIComponent(t).replace(/[!'()*~_.-]/g, (c) => `%${c.charCodeAt(0).toString(16)}`),
  'in a form': (t) => new URLSearchParams({ t }).toString(),
  'in a URL in a URL': (t) => encodeURIComponent(encodeURIComponent(t)),
  'in HTML': (t) => t.replace(/[&<>"'üÜ]/g, (c) => entities[c as keyof typeof entities]),
  'in HTML by number': (t) => t.replace(/[^a-z0-9]/gi, (c) => `&#${c.charCodeAt(0)};`),
  'in HTML in HTML': (t) => t.replace(/[&<>"']/g, (c) => `&amp;${entities[c as keyof typeof entities].slice(1)}`),
  'as bytes in Python': (t) => escaped(t.replaceAll('\\', '\\\\'), (hex) => `\\x${hex}`),
  'as octal bytes': (t) => escaped(t.replaceAll('\\', '\\\\'), (hex) => `\\${Number.parseInt(hex, 16).toString(8)}`),
  'in SQL': (t) => t.replaceAll("'", "''"),
  'for sed': (t) => t.replace(/[/&\\.*$^[\]]/g, String.raw`\$&`),
  decomposed: (t) => t.normalize('NFD'),
  'with zero-width blanks': (t) => Array.from(t).join('\u200B'),
};

/** Whether a piece of what is written around the middle of the secret is still there. */
function leaks(shown: string, secret: string, way: (text: string) => string): boolean {
  const written = way(secret).replace(/\s+/g, '');
  const seen = shown.replace(/\s+/g, '');
  const most = 10;
  for (let i = 0; i + most <= written.length; i += 5) {
    const piece = written.slice(i, i + most);
    if (/5ecret/i.test(piece) && seen.includes(piece)) return true;
  }
  return /5ecret[A-Z]{3}/i.test(shown);
}

describe('secrets in every way of writing them', () => {
  for (const [title, way] of Object.entries(ways))
    it(`are masked ${title}`, () => {
      const shown = examples.flatMap((secret) => {
        const secrets = new Secrets();
        secrets.add(secret);
        const text = secrets.text(`before ${way(secret)} after`);
        return !text.includes('********') || leaks(text, secret, way) ? [{ secret, text }] : [];
      });
      expect(shown).to.deep.equal([]);
    });

  it('are masked in part: no piece of a long one that is cut or numbered stays', () => {
    const secret = Array.from({ length: 200 }, (_, i) => `${(i * 7919).toString(36)}x`).join('-');
    const secrets = new Secrets();
    secrets.add(secret);
    for (let from = 0; from < secret.length - 60; from += 13)
      expect(secrets.text(`12: ${secret.slice(from, from + 60)}…`)).to.match(/^1?[2: ]*-?\*{8}-?…$/);
  });

  it('take time in proportion to the text, not to their number', () => {
    const secrets = new Secrets();
    for (let i = 0; i < 100; i++) secrets.add(`S3cr&t-${i}-pässword'${i * 31}`);
    const line = 'Dec 01 12:00 host kubelet[123]: I1201 "k":"v\\n" path=/var/lib/x%20y &amp; done\n';
    expect(secrets.text(line.repeat(20_000))).to.equal(line.repeat(20_000));
    // In quadratic time, each of these would take minutes.
    for (const worst of ['\\', '%25', '&amp;', '\\x', 'a', '%', '&#1']) secrets.text(worst.repeat(100_000));
  }).timeout(60_000);

  it('leave other texts alone', () => {
    const secrets = new Secrets();
    for (const secret of [...examples, '123456', 'x1-y2']) secrets.add(secret);
    for (const text of [
      'the quick brown fox jumps over the lazy dog: "line one", word1 word2',
      '12 3456 7890 x1y2',
      '/etc/kubernetes/admin.conf 0600 root:root 5ecret',
      '9efe8d3facb23e1618cba36fb1c4e15ac9dc3ed5a2c2e18109e4a66b2bac12dc',
    ])
      expect(secrets.text(text)).to.equal(text);
  });
});
