import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConsumer } from './testing/consumer.ts';

const bot = `
import { createConfab, NetworkError, ProblemError } from '@confab/sdk';
import type { AnyStreamEvent, Confab, Schemas } from '@confab/sdk';

export const confab: Confab = createConfab({ baseUrl: 'http://127.0.0.1:9', retryWithinMs: 0 });
export const room = (id: string): Promise<Schemas['Room']> => confab.rest.getRoom(id, { signal: AbortSignal.timeout(1000) });
export const off: () => void = confab.realtime.on('message.created', ({ seq, data }) => void (seq + data.content.length));
export const show = (event: AnyStreamEvent): string => (event.type === 'message.created' ? event.data.content : event.type);
export const wrong = (error: unknown): string => (error instanceof ProblemError ? error.code : error instanceof NetworkError ? error.message : '');
// @ts-expect-error A room must have a kind.
export const refused = () => confab.rest.createRoom({ name: 'a' });
`;

const script = `
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { createConfab } from '@confab/sdk';

const user = { id: '00000000-0000-7000-8000-000000000001', username: 'ada', displayName: 'Ada' };
const http = createServer((request, response) => {
  const url = 'ws://127.0.0.1:' + http.address().port + '/gateway?v=1';
  const answers = {
    '/api/v1/auth/login': { user, sessionId: 's', accessToken: 'a', accessTokenExpiresInSeconds: 900, refreshToken: 'r' },
    '/api/v1/gateway/tickets': { ticket: 't', url, urls: [url], expiresInSeconds: 30 },
  };
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[request.url]));
});
const gateway = new WebSocketServer({ server: http });
gateway.on('connection', (socket) => {
  const say = (frame) => socket.send(JSON.stringify(frame));
  say({ t: 'hello', d: { connectionId: 'c', heartbeatMs: 30000 } });
  socket.on('message', () => {
    say({ t: 'ready', d: { user, epoch: 'one', streams: { ['user:' + user.id]: 0, 'room:a': 4 }, refused: [] } });
    for (const [r, s] of [['user:' + user.id, 0], ['room:a', 4]]) say({ t: 'synced', d: {}, r, s });
    say({ t: 'message.created', r: 'room:a', s: 5, d: { content: 'hello', author: user } });
  });
});
await new Promise((done) => http.listen(0, '127.0.0.1', done));
const confab = createConfab({ baseUrl: 'http://127.0.0.1:' + http.address().port });
await confab.auth.signIn({ username: 'ada', password: 'x' });
const heard = new Promise((done) => confab.realtime.on('message.created', done));
await confab.realtime.connect();
const { seq, data } = await heard;
console.log(process.version, confab.realtime.state, seq, data.content);
confab.close();
gateway.close();
http.close();
`;

let consumer: ReturnType<typeof createConsumer>;
beforeAll(() => (consumer = createConsumer()));
afterAll(() => consumer.remove());

/** The Node that runs the tests, and the system's own. */
function nodes(): string[] {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node')).filter((file) => existsSync(file));
  return [...new Set([process.execPath, ...found].map((file) => realpathSync(file)))];
}

test.each([
  ['in browsers', ['--lib', 'es2023,dom', '--types', '', '--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2023']],
  ['in Node', ['--lib', 'es2023', '--types', 'node', '--module', 'nodenext', '--target', 'es2023']],
  ['with both', ['--lib', 'es2023,dom', '--types', 'node', '--module', 'nodenext', '--target', 'es2023']],
])('the types stand up to a strict consumer %s', (_, options) => {
  consumer.write('bot.ts', bot);
  expect(consumer.check(options, 'bot.ts')).toEqual({ status: 0, output: '' });
});

test('the built package runs on every Node here, and lets it end', { timeout: 60_000 }, () => {
  consumer.write('script.mjs', script);
  const runs = nodes().map((node) => consumer.run(node, ['script.mjs']));
  for (const { status, output } of runs) expect([status, output]).toEqual([0, expect.stringMatching(/^v\d+\.\S+ live 5 hello\n$/)]);
});
