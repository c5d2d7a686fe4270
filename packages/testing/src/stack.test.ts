import { randomUUID } from 'node:crypto';
import { NetworkError } from '@confab/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ContractViolation } from './contract/violation.ts';
import { startTestStack } from './stack.ts';
import type { TestStack } from './stack.ts';
import { createTestUser } from './users.ts';

describe('a stack', () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ gateways: 1 });
  });
  afterAll(() => stack.stop());

  test('is killed, comes back on its port, and what was answered is still there', { timeout: 60_000 }, async () => {
    const ada = await createTestUser(stack);
    const room = await ada.confab.rest.createRoom({ name: 'lab', kind: 'public' });
    const pid = stack.api.pid;
    expect(await stack.api.kill()).toEqual({ code: null, signal: 'SIGKILL' });
    await expect(ada.confab.rest.getRoom(room.id, { retryWithinMs: 0 })).rejects.toBeInstanceOf(NetworkError);
    await stack.api.restart();
    expect(stack.api.pid).not.toBe(pid);
    expect((await ada.confab.rest.getRoom(room.id)).name).toBe('lab');
    expect(stack.api.log.filter(({ msg }) => msg === 'ready')).toHaveLength(2);
  });

  test('hangs as long as it is paused', async () => {
    const live = (): Promise<unknown> => fetch(`${stack.baseUrl}/health/live`, { signal: AbortSignal.timeout(500) }).then(({ status }) => status);
    stack.api.pause();
    await expect(live()).rejects.toThrow('timeout');
    stack.api.resume();
    expect(await live()).toBe(200);
  });

  test('a user hears what another says, loses his socket, and misses nothing', async () => {
    const [ada, bob] = [await createTestUser(stack), await createTestUser(stack)];
    const room = await ada.confab.rest.createRoom({ name: 'lab', kind: 'public' });
    await bob.confab.rest.joinRoom(room.id);
    const heard: string[] = [];
    bob.confab.realtime.on('message.created', ({ data }) => void heard.push(data.content));
    await bob.confab.realtime.connect();
    const say = (content: string): Promise<unknown> => ada.confab.rest.createMessage(room.id, { content, nonce: randomUUID() });
    await say('one');
    await expect.poll(() => heard).toEqual(['one']);
    expect(bob.cut()).toBe(1);
    await say('two');
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['one', 'two']);
  });

  test('a raw socket meets the gateway', async () => {
    const probe = await stack.probe();
    expect((await probe.next('hello')).d.heartbeatMs).toBeGreaterThan(0);
    probe.send('this is no frame');
    expect((await probe.closed()).code).toBe(4400);
  });
});

test('what breaks the contract is thrown when the stack stops, though the caller made little of it', { timeout: 60_000 }, async () => {
  const stack = await startTestStack({ gateways: 0 });
  stack.violations.report(new ContractViolation('getRoom', 'planted'));
  await expect(stack.stop()).rejects.toThrow('1 violations of the contract, the first: getRoom: planted');
});

test('a process that does not start says why, and nothing of its stack is left', { timeout: 60_000 }, async () => {
  await expect(startTestStack({ gateways: 0, env: { LOG_LEVEL: 'shout' } })).rejects.toThrow(/LOG_LEVEL must be one of/);
});
