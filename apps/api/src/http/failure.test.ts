import { createDatabase } from '@confab/db';
import { AppError, createLogger } from '@confab/runtime';
import { expect, test } from 'vitest';
import { toAppError } from './failure.ts';

const logger = createLogger({ name: 'test', level: 'silent', pretty: false });

test('what was thrown on purpose stays what it is', () => {
  const error = new AppError('room.not_found');
  expect(toAppError(error)).toBe(error);
});

test('a database that is away is named', async () => {
  const database = createDatabase({ primaryUrl: 'postgres://nobody@127.0.0.1:1/nothing', replicaUrls: [], applicationName: 'test', logger });
  const error = toAppError(await database.check().catch((thrown: unknown) => thrown));
  await database.stop();
  expect(error).toMatchObject({ code: 'database.unavailable', status: 503, retryable: true, detail: undefined });
});

test.each([
  [
    'a caller who hangs up',
    Object.assign(new Error('request aborted'), { type: 'request.aborted', status: 400, code: 'ECONNABORTED' }),
    'request.malformed',
  ],
  ['an error of our own making', new TypeError('x is not a function'), 'internal.error'],
  ['a status that a library made up', Object.assign(new Error('teapot'), { status: 418 }), 'internal.error'],
  ['nothing', undefined, 'internal.error'],
  ['words', 'out of cheese', 'internal.error'],
])('%s has its code and says no more', (_, error, code) => {
  expect(toAppError(error)).toMatchObject({ code, detail: undefined });
});
