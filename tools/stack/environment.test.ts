import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFlags } from './app.ts';
import { checkout } from './places.ts';

const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');
const namesIn = (text: string, pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''))].toSorted();

const explained = namesIn(read('.env.example'), /^([A-Z][A-Z\d_]*)=/gm);

test('.env.example explains what compose.yml takes from it', () => {
  const taken = namesIn(read('compose.yml'), /\$\{([A-Z\d_]+)/g);
  expect(taken).toContain('CONFAB_SECRET');
  expect(taken.filter((name) => !explained.includes(name))).toEqual([]);
});

test('compose.yml passes on what .env.example lets an operator decide', () => {
  const compose = read('compose.yml');
  const [servers, tuning] = ['# --- Where things are', '# --- Tuning'].map((title) => read('.env.example').split(title)[1]?.split('\n# ---')[0] ?? '');
  const names = namesIn(`${tuning}\n${servers}`, /^([A-Z][A-Z\d_]*)=/gm);
  expect(names).toContain('BREAKER_CALL_MS');
  expect(names.filter((name) => !new RegExp(`^ +${name}: `, 'm').test(compose))).toEqual([]);
});

test('each variable of .env.example is empty, and has its explanation above', () => {
  const lines = read('.env.example').split('\n');
  for (const [index, line] of lines.entries()) {
    if (!/^[A-Z]/.test(line)) continue;
    expect(line).toMatch(/^[A-Z\d_]+=$/);
    expect(lines[index - 1], line).toMatch(/^#|^[A-Z]/);
  }
});

test('compose.yml tells node what the stack tells it', () => {
  const commands = [...read('compose.yml').matchAll(/command: \[(node, .*apps\/(api|gateway|worker)\/dist\/main\.js)\]/g)].map(([, command = '', app]) => ({ app, words: command.split(', ') }));
  expect(commands.map(({ app }) => app)).toEqual(['api', 'gateway', 'gateway', 'worker']);
  for (const { app, words } of commands) expect(words).toEqual(['node', ...nodeFlags[app as keyof typeof nodeFlags], `apps/${app}/dist/main.js`]);
});
