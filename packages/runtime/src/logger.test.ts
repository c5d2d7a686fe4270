import { expect, test } from 'vitest';
import { AppError } from './app-error.ts';
import { runInContext } from './context.ts';
import { createLogger, type Logger } from './logger.ts';

function recorder(): { logger: Logger; text: () => string; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const logger = createLogger({ name: 'test', level: 'debug', pretty: false, destination: { write: (line) => void written.push(line) } });
  return { logger, text: () => written.join(''), lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl-_x';
const refreshToken = '0192f0c1-2d3e-7f00-8a1b-0123456789ab.3.Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4';

test('hides secrets and what members wrote, by name, however deep', () => {
  const { logger, text, lines } = recorder();
  logger.info({
    password: 'hunter2',
    request: { headers: { Authorization: `Bearer ${jwt}`, cookie: 'a=hunter2', 'content-type': 'application/json' }, body: { content: 'hunter2' } },
    rows: [{ id: 1, email: 'ann@example.org', password_hash: 'hunter2', html: '<p>hunter2</p>' }],
    accessToken: 'hunter2',
    refresh_token: 'hunter2',
    ticket: 'hunter2',
  });
  expect(text()).not.toMatch(/hunter2|ann@example/);
  expect(lines()[0]).toMatchObject({ request: { headers: { 'content-type': 'application/json' } }, rows: [{ id: 1, email: '[redacted]' }] });
});

test.each([
  ['a JWT', `token ${jwt} refused`, 'token [redacted] refused'],
  ['a refresh token', `refresh ${refreshToken}.`, 'refresh [redacted].'],
  ['a bearer token', 'Authorization: Bearer abc.def-1', 'Authorization: Bearer [redacted]'],
  ['a password in a URL', 'connect to postgres://confab:hunter2@db:5432/x', 'connect to postgres://[redacted]@db:5432/x'],
  ['an e-mail address', 'sent to Ann.O+x@mail.example.org today', 'sent to [redacted] today'],
])('hides %s inside a text', (_what, message, expected) => {
  const { logger, lines } = recorder();
  logger.warn(message);
  expect(lines()[0]?.['msg']).toBe(expected);
});

test('an error keeps what helps and loses what quotes the row', () => {
  const { logger, text, lines } = recorder();
  const cause = Object.assign(new Error('duplicate key value violates unique constraint "users_email_key"'), {
    code: '23505',
    constraint: 'users_email_key',
    detail: 'Key (lower(email))=(ann@example.org) already exists.',
    parameters: ['hunter2'],
  });
  logger.error({ err: new AppError('email.taken', { cause }) }, 'refused');
  expect(lines()[0]).toMatchObject({
    level: 'error',
    name: 'test',
    msg: 'refused',
    err: { type: 'AppError', code: 'email.taken', status: 409, cause: { code: '23505', constraint: 'users_email_key' } },
  });
  expect(text()).not.toMatch(/ann@example|hunter2|already exists/);
});

test('a line inside a context bears its ids, also after an await', async () => {
  const { logger, lines } = recorder();
  await runInContext({ requestId: 'r-1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    logger.info('inside');
  });
  logger.info('outside');
  expect(lines()[0]).toMatchObject({ requestId: 'r-1', traceId: '0af7651916cd43dd8448eb211c80319c' });
  expect(lines()[1]).not.toHaveProperty('requestId');
});

test('a child logger hides as its parent does', () => {
  const { logger, text } = recorder();
  logger.child({ token: 'hunter2' }).child({ request: { content: 'hunter2' } }).info({ email: 'hunter2' }, 'x');
  expect(text()).not.toContain('hunter2');
});

test('neither cycles nor depth stop a line', () => {
  const { logger, lines } = recorder();
  const cycle: Record<string, unknown> = { a: 1 };
  cycle['self'] = cycle;
  logger.info({ cycle }, 'still here');
  expect(lines()[0]?.['msg']).toBe('still here');
});
