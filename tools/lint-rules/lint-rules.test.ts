import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '../stack/places.ts';
import { runCommand } from '../test/command.ts';

const planted = join(import.meta.dirname, 'planted');
const files = readdirSync(planted).filter((name) => name.endsWith('.ts'));
const saysItBreaks = (name: string): string => /^\/\/ breaks: (.+)/.exec(readFileSync(join(planted, name), 'utf8'))?.[1] ?? `${name} does not say what it breaks`;

/** What is planted is not looked at by `npm run check`: here it is, by the same rules. */
test('each planted file breaks the rule that it names, as an error, and no other', { timeout: 60_000 }, async () => {
  const { code, output } = await runCommand(join(checkout, 'node_modules/.bin/oxlint'), ['-c', 'tools/lint-rules/planted/.oxlintrc.json', '--format=json', 'tools/lint-rules/planted']);
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; severity: string; filename: string }[] };
  const found = files.map((name) => [name, diagnostics.filter(({ filename }) => filename.endsWith(`/${name}`)).map(({ code: rule, severity }) => `${severity} ${rule}`).join(' ')]);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(files.map((name) => [name, saysItBreaks(name) === 'nothing' ? '' : `error ${saysItBreaks(name)}`])));
  expect(code).toBe(1);
});
