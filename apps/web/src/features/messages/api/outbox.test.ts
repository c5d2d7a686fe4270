import { describe, expect, it } from 'vitest';
import type { Message } from '../../../lib/sdk/models.ts';
import { createOutbox, type PendingSend } from './outbox.ts';

const refused = new Error('refused');
const unreachable = new Error('unreachable');
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function setUp(stored: PendingSend[] = []) {
  const network = { isOnline: true, isConnected: true, fails: undefined as Error | undefined, sent: [] as string[], saved: stored, durable: [] as string[] };
  const outbox = createOutbox({
    async send(entry) {
      await settled();
      if (network.fails) throw network.fails;
      network.sent.push(entry.content);
      return { nonce: entry.nonce, content: entry.content } as Message;
    },
    onSent: (message) => network.durable.push(message.content),
    isOnline: () => network.isOnline,
    isConnected: () => network.isOnline && network.isConnected,
    isPassing: (error) => error === unreachable,
    load: () => network.saved,
    save: (sends) => { network.saved = sends; },
  });
  const states = () => outbox.all().map(({ content, state }) => `${content} ${state}`);
  return { outbox, network, states };
}

const flush = async () => { for (let turn = 0; turn < 10; turn += 1) await settled(); };

describe('outbox', () => {
  it('sends in the order of writing and empties itself', async () => {
    const { outbox, network, states } = setUp();
    for (const text of ['a', 'b', 'c']) outbox.add('room', text);
    expect(states()).toEqual(['a sending', 'b sending', 'c sending']);
    await flush();
    expect(network.sent).toEqual(['a', 'b', 'c']);
    expect(network.durable).toEqual(['a', 'b', 'c']);
    expect(network.saved).toEqual([]);
  });

  it('keeps what is written without a connection, and sends it in order when it is back', async () => {
    const { outbox, network, states } = setUp();
    network.isOnline = false;
    outbox.add('room', 'a');
    outbox.add('room', 'b');
    await flush();
    expect(states()).toEqual(['a waiting', 'b waiting']);
    network.isOnline = true;
    outbox.wake();
    await flush();
    expect(network.sent).toEqual(['a', 'b']);
  });

  it('says what failed, and sends it under the same nonce on retry', async () => {
    const { outbox, network, states } = setUp();
    network.fails = refused;
    outbox.add('room', 'a');
    await flush();
    expect(states()).toEqual(['a failed']);
    const { nonce, error } = outbox.all()[0]!;
    expect(error).toBe(refused);
    network.fails = undefined;
    outbox.retry(nonce);
    expect(outbox.all()[0]?.nonce).toBe(nonce);
    await flush();
    expect(network.sent).toEqual(['a']);
  });

  it('tries what failed for want of a connection again by itself, but not what was refused', async () => {
    const { outbox, network, states } = setUp();
    network.fails = unreachable;
    outbox.add('room', 'lost');
    await flush();
    network.fails = refused;
    outbox.add('room', 'refused');
    await flush();
    expect(states()).toEqual(['lost failed', 'refused failed']);
    network.fails = undefined;
    outbox.wake();
    await flush();
    expect(network.sent).toEqual([]);
    outbox.revive();
    await flush();
    expect(network.sent).toEqual(['lost']);
    expect(states()).toEqual(['refused failed']);
  });

  it('sends without the live connection, and waits where the server is out of reach too', async () => {
    const { outbox, network, states } = setUp();
    network.isConnected = false;
    outbox.add('room', 'a');
    await flush();
    expect(network.sent).toEqual(['a']);
    network.fails = unreachable;
    outbox.add('room', 'b');
    outbox.add('room', 'c');
    await flush();
    expect(states()).toEqual(['b waiting', 'c waiting']);
    network.fails = undefined;
    outbox.wake();
    await flush();
    expect(network.sent).toEqual(['a', 'b', 'c']);
  });

  it('does not let one room wait for another', async () => {
    const { outbox, network } = setUp();
    network.fails = unreachable;
    network.isConnected = false;
    outbox.add('a', 'in a');
    await flush();
    network.fails = undefined;
    outbox.add('b', 'in b');
    await flush();
    expect(network.sent).toEqual(['in b']);
  });

  it('takes up where an earlier page left off', async () => {
    const { outbox, network, states } = setUp([{ nonce: 'n', roomId: 'room', content: 'old', createdAt: '', state: 'sending' }]);
    expect(states()).toEqual(['old waiting']);
    outbox.wake();
    await flush();
    expect(network.sent).toEqual(['old']);
  });

  it('discards what nobody wants sent any more', async () => {
    const { outbox, network, states } = setUp();
    network.isOnline = false;
    outbox.add('room', 'a');
    outbox.discard(outbox.all()[0]!.nonce);
    network.isOnline = true;
    outbox.wake();
    await flush();
    expect(states()).toEqual([]);
    expect(network.sent).toEqual([]);
  });
});
