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
    expect(findings).toEqual([expect.stringContaining("field.removed at 'output Message.html'")]);
  });

  test('a status that is gone', async () => {
    const findings = await plant('status', 'paths/messages.yaml', /^ {6}'409':.*\n/m, '');
    expect(findings).toEqual([expect.stringMatching(/status\.removed at 'POST .*\/messages 409'/)]);
  });

  test('an event that no frame bears', async () => {
    await expect(plant('event', 'paths/messages.yaml', 'x-emits: [message.created]', 'x-emits: [message.created, message.exploded]')).rejects.toThrow('message.exploded');
  });

  // One that no operation emits: another the bundler refuses before anything is compared.
  test('a frame that is gone', async () => {
    const findings = await plant('frame', 'asyncapi.yaml', /name: synced$/m, 'name: caught_up');
    expect(findings).toEqual([expect.stringContaining("frame.removed at 'frame output synced'")]);
  });

  test('a field that only frames have, under another name', async () => {
    const findings = await plant('frame-field', 'asyncapi.yaml', 'expiresInMs: {', 'endsInMs: {');
    expect(findings).toEqual([expect.stringContaining("field.removed at 'output Typing.expiresInMs'")]);
  });

  test('an error that is for good', async () => {
    const findings = await plant('error', 'errors.yaml', /^(request\.conflict: .*retryable:) true/m, '$1 false');
    expect(findings).toEqual([expect.stringContaining("error.changed at 'error request.conflict retryable'")]);
  });

  test('an error that is gone', async () => {
    const findings = await plant('no-error', 'errors.yaml', /^request\.conflict: .*\n/m, '');
    expect(findings).toEqual([expect.stringContaining(`value.removed at 'output ErrorCode "request.conflict"'`)]);
  });

  test('an event that one operation emits no more', async () => {
    const findings = await plant('unemitted', 'paths/messages.yaml', 'x-emits: [message.created]', 'x-emits: []');
    expect(findings).toEqual([expect.stringMatching(/event\.removed at 'POST .*\/messages message\.created'/)]);
  });

  test('a promise taken out of what was released', async () => {
    const findings = await plant('released', 'released/0.1.0/openapi.json', '"maxLength": 80', '"maxLength": 8');
    expect(findings).toEqual(['released/0.1.0/openapi.json is not what was released']);
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
