import { createTestUser, startTestStack } from '@confab/testing';
import type { TestStack } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConfab, openSocket, ProblemError } from '../index.ts';
import type { OpenSocket, StoppedEvent } from '../index.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ gateways: 1 });
});
afterAll(() => stack.stop());

const patience = { timeout: 15_000 };

test('a new token is told to the open connection, which the gateway accepts', async () => {
  const said: string[] = [];
  const recording: OpenSocket = (url, listeners) => {
    const socket = openSocket(url, listeners);
    return {
      send(text) {
        said.push(text);
        socket.send(text);
      },
      close: socket.close,
    };
  };
  const { user, password } = await createTestUser(stack);
  const confab = createConfab({ baseUrl: stack.baseUrl, fetch: stack.fetch, webSocket: recording });
  stack.onStop(() => confab.close());
  await confab.auth.signIn({ username: user.username, password });
  const refused: string[] = [];
  confab.realtime.on('refused', ({ code }) => void refused.push(code));
  await confab.realtime.connect();
  await confab.auth.refresh();
  const refreshes = said.map((text) => JSON.parse(text) as { t: string; d: unknown }).filter(({ t }) => t === 'refresh');
  expect(refreshes).toEqual([{ t: 'refresh', d: { accessToken: confab.auth.session?.accessToken } }]);
  // Frames are answered in turn: what this room causes comes after the verdict on the token.
  const { id } = await confab.rest.createRoom({ name: 'after the renewal', kind: 'private' });
  confab.realtime.subscribe({ [`room:${id}`]: null });
  await expect.poll(() => [confab.realtime.cursors[`room:${id}`] !== undefined, confab.realtime.state], patience).toEqual([true, 'live']);
  expect([refused, confab.realtime.counts.connections]).toEqual([[], 1]);
});

test('a session that is ended elsewhere closes the connection, and the client knows that it is signed out', async () => {
  const { confab } = await createTestUser(stack);
  const ended: string[] = [];
  const stopped: StoppedEvent[] = [];
  confab.auth.on('signed-out', ({ reason }) => void ended.push(reason));
  confab.realtime.on('stopped', (event) => void stopped.push(event));
  await confab.realtime.connect();
  // The operation itself, past the client's own idea of its session: as another tab would do it.
  await confab.rest.signOut();
  await expect.poll(() => [ended, stopped.length], patience).toEqual([['ended'], 1]);
  expect([confab.realtime.state, confab.auth.user, stopped[0]?.code]).toEqual(['offline', undefined, 4401]);
  await expect(confab.realtime.connect()).rejects.toMatchObject({ name: 'StoppedError' });
});

test('signing out here says goodbye and ends the session on the server', async () => {
  const { confab } = await createTestUser(stack);
  await confab.realtime.connect();
  const { accessToken } = confab.auth.session!;
  await confab.auth.signOut();
  expect(confab.realtime.state).toBe('offline');
  await expect(confab.rest.getMe({ headers: { authorization: `Bearer ${accessToken}` } })).rejects.toBeInstanceOf(ProblemError);
});
