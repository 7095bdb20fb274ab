/** The forms in which a text is written as it is: as such, in JSON, and quoted for a shell. All others are found by their gist. */
export function writtenForms(text: string): readonly string[] {
  return [
    ...inQuotes(text),
    ...inQuotes(JSON.stringify(text).slice(1, -1)),
    encodeURIComponent(Buffer.from(text).toString()),
  ];
}

/** Quoted for a shell, up to three times: `quote` in a detached `shell` task is three levels. */
function inQuotes(text: string): string[] {
  const forms = [text];
  if (text.includes("'"))
    for (let times = 0; times < 3; times++) forms.push(forms.at(-1)!.replaceAll("'", String.raw`'\''`));
  return forms;
}

/** A key file, say: of longer texts only the simple encodings are known. */
const long = 16 * 1024;
const shortest = 8;

/** The texts that encodings make of it: hex digits, base64 and base64 of that; also in JSON before. */
export function encodingsOf(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const once = [text, ...(json === text ? [] : [json])].flatMap((form) => inBase64(Buffer.from(form)));
  const twice = text.length > long ? [] : once.flatMap((form) => inBase64(Buffer.from(form)));
  return [Buffer.from(text).toString('hex'), ...once, ...twice].filter((form) => form.length >= shortest);
}

/** The base64 characters that a text always produces, whatever precedes and follows it: `user:PASSWORD`. */
function inBase64(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const touched = (before + bytes.length) % 3 === 0 ? 0 : 1;
    return encoded.slice(before === 0 ? 0 : before + 1, encoded.length - touched);
  });
}
