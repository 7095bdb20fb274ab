/** The module of docs/modules-of-your-own.md, its test, and the program of docs/library.md, as a new project has them. */
export const example = {
  'modules/motd.ts': `import { defineModule, type Probe, sh, willBe } from 'tsplay/module';

const textOf = (path: string): Probe<string> => ({
  key: \`motd:\${path}\`,
  script: sh\`cat -- \${path} 2>/dev/null || true\`,
  parse: (out) => out.stdout,
});

export const motd = defineModule({
  name: 'motd',
  summary: 'Sets the message of the day.',
  args: {
    type: 'object',
    properties: {
      text: { type: 'string', description: 'What is shown after a login.' },
      path: { type: 'string', format: 'path', default: '/etc/motd' },
    },
    required: ['text'],
    additionalProperties: false,
  },
  examples: ['- motd:\\n    text: Handle with care'],
  async check({ text, path }, host) {
    const present = await host.read(textOf(path));
    if (present === text) return { present, differences: [] };
    return { present, differences: [{ what: path, from: present, to: text }], after: [willBe(textOf(path), text)] };
  },
  async change({ text, path }, _found, host) {
    await host.write(path, text, { mode: '0644' });
  },
});
`,
  'modules/motd.test.ts': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryModule } from 'tsplay/testing';
import { motd } from './motd.ts';

test('replaces another message', async () => {
  const seen = await tryModule(motd, { text: 'new' }, { reads: { 'motd:/etc/motd': 'old' } });
  assert.deepEqual(seen.check.differences, [{ what: '/etc/motd', from: 'old', to: 'new' }]);
  assert.deepEqual(seen.commands, ['write /etc/motd']);
  assert.equal(seen.written['/etc/motd']?.content, 'new');
});
`,
  'program.ts': `import { formatDiagnostic, InvalidInput, run } from 'tsplay';

try {
  for await (const event of run({ playbook: 'site.yml', inventory: 'hosts.yml', check: true })) {
    if (event.event === 'result') console.log(event.host, event.status, event.task);
    if (event.event === 'recap') process.exitCode = event.exit;
  }
} catch (error) {
  if (!(error instanceof InvalidInput)) throw error;
  for (const problem of error.diagnostics) console.error(formatDiagnostic(problem));
  process.exitCode = 1;
}
`,
} as const;
