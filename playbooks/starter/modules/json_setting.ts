import { defineModule, type Probe, sh, TaskFailure, willBe } from 'tsplay/module';

/** The content of the file; empty if it does not exist. A probe only reads. */
function content(path: string): Probe<string> {
  return {
    key: `json_setting ${path}`,
    script: sh`cat ${path} 2>/dev/null || :`,
    parse: (out) => out.stdout,
    // in check mode, the content is unknown if an earlier task would install a package: it may contain the file
    appearsWith: { cause: 'package', absent: (text) => text === '' },
  };
}

export const json_setting = defineModule({
  name: 'json_setting',
  summary: 'Sets one key of a JSON file.',
  // the source of the types below, the checks before a run, the page in `tsplay doc` and the editor's completion
  args: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', description: 'The file; created if it does not exist.' },
      key: { type: 'string', description: 'The key.' },
      value: { type: 'string', description: 'The value to set.' },
    },
    required: ['path', 'key', 'value'],
    additionalProperties: false,
  },
  examples: ['- json_setting:\n    path: /etc/app/settings.json\n    key: release\n    value: "1.0"'],

  /** Reads and compares. It cannot write: with --check, this is all that runs. */
  async check({ path, key, value }, host) {
    const before = await host.read(content(path));
    const settings = parse(path, before);
    if (settings[key] === value) return { present: before, differences: [] };
    const then = `${JSON.stringify({ ...settings, [key]: value }, null, 2)}\n`;
    return {
      present: then,
      differences: [{ what: `${key} in ${path}`, from: shown(settings[key]), to: value }],
      after: [willBe(content(path), then)], // so that later tasks see it in check mode too
    };
  },

  /** Removes the differences that the check has found; afterward the check must find none. */
  async change({ path }, { present }, host) {
    await host.write(path, present, {});
  },
});

function parse(path: string, text: string): Record<string, unknown> {
  try {
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    throw new TaskFailure(`${path} does not contain valid JSON`, { hint: 'fix it, or remove it to have it recreated' });
  }
}

function shown(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
