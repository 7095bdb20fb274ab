import { defineModule, type Probe, sh, TaskFailure, willBe } from 'tsplay/module';

/** The file as it is; empty where there is none. A probe only reads. */
function content(path: string): Probe<string> {
  return {
    key: `json_setting ${path}`,
    script: sh`cat ${path} 2>/dev/null || :`,
    parse: (out) => out.stdout,
    // in check mode: where a package is still to be installed, which may bring the file, nobody can know
    appearsWith: { cause: 'package', absent: (text) => text === '' },
  };
}

export const json_setting = defineModule({
  name: 'json_setting',
  summary: 'Sets one key of a JSON file.',
  // from this come the types below, the checks before a run, the page in `tsplay doc` and what the editor proposes
  args: {
    type: 'object',
    properties: {
      path: { type: 'string', format: 'path', description: 'The file; it is made where it is missing.' },
      key: { type: 'string', description: 'The key.' },
      value: { type: 'string', description: 'The text that it is set to.' },
    },
    required: ['path', 'key', 'value'],
    additionalProperties: false,
  },
  examples: ['- json_setting:\n    path: /etc/app/settings.json\n    key: release\n    value: "1.0"'],

  /** Looks and compares. It cannot write: what is found here is all that a run with --check does. */
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

  /** Mends what the check has found; afterwards the check must find nothing left. */
  async change({ path }, { present }, host) {
    await host.write(path, present, {});
  },
});

function parse(path: string, text: string): Record<string, unknown> {
  try {
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    throw new TaskFailure(`${path} holds no JSON`, { hint: 'mend it, or remove it: it is then made anew' });
  }
}

function shown(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
