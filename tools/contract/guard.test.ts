import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFrameChecks } from '@confab/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeTemporaryFolder } from '../stack/temporary-folder.ts';
import { breakingFindings, bundleInto, generated, ownSpec } from './gate.ts';
import { errorsOf } from './lint.ts';

/** The guard of the guard: a copy of the specification with one thing planted in it must be refused. */
let folder: string;
beforeAll(async () => void (folder = await makeTemporaryFolder()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function plant(name: string, file: string, from: string | RegExp, to: string): Promise<string[]> {
  const [spec, bundles] = [join(folder, name), join(folder, `${name}-bundles`)];
  cpSync(ownSpec, spec, { recursive: true });
  const text = readFileSync(join(spec, file), 'utf8');
  const planted = text.replace(from, to);
  expect(planted).not.toBe(text);
  writeFileSync(join(spec, file), planted);
  await bundleInto(spec, bundles);
  return breakingFindings(spec, bundles);
}

describe('planted in the specification', { timeout: 120_000 }, () => {
  test('nothing: let through', () => expect(breakingFindings(ownSpec, generated)).toEqual([]));

  test('a field under another name', async () => {
    const findings = await plant('field', 'schemas/Message.yaml', / {2}html:\n/, '  rendered:\n');
    expect(findings).toEqual([expect.stringContaining('field.removed at "output Message.html"')]);
  });

  test('a status that is gone', async () => {
    const findings = await plant('status', 'paths/messages.yaml', /^ {6}'409':.*\n/m, '');
    expect(findings).toEqual([expect.stringMatching(/status\.removed at "POST .*\/messages 409"/)]);
  });

  test('an event that no frame bears', async () => {
    await expect(plant('event', 'paths/messages.yaml', 'x-emits: [message.created]', 'x-emits: [message.created, message.exploded]')).rejects.toThrow('message.exploded');
  });

  test('an event that is gone', async () => {
    const findings = await plant('frame', 'asyncapi.yaml', /name: message\.created$/m, 'name: message.made').catch((error: unknown) => [String(error)]);
    expect(findings.join()).toContain('message.created');
  });
});

test('planted in what the gateway says: an event type that nobody declared', () => {
  const { fromServer } = createFrameChecks();
  const frame = { t: 'message.exploded', d: {}, r: 'room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d', s: 1 };
  expect(() => fromServer(JSON.stringify(frame))).toThrow('message.exploded from the gateway: is not in the spec');
});

test('a finding of the linter counts: always, or where clients send it', () => {
  const finding = { message: 'no', severity: 0 };
  const [bound, rule] = ['owasp:api4:2023-string-limit', 'owasp:api2:2023-no-http-basic'];
  const findings = [
    { ...finding, code: bound, path: ['components', 'schemas', 'Sent', 'properties', 'a'] },
    { ...finding, code: bound, path: ['components', 'schemas', 'Told'] },
    { ...finding, code: bound, path: ['paths', '/x', 'get', 'parameters', 0] },
    { ...finding, code: bound, path: ['paths', '/x', 'get', 'responses', '200'] },
    { ...finding, code: rule, path: ['components', 'schemas', 'Told'] },
    { ...finding, code: rule, path: ['info'], severity: 1 },
  ];
  const told = errorsOf(findings, new Set(['#/components/schemas/Sent'])).map((line) => line.split(':')[0]);
  expect(told).toEqual(['components/schemas/Sent/properties/a', 'paths//x/get/parameters/0', 'components/schemas/Told']);
});
