import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { eventFrame, textFrame } from './frames.ts';

/** What a WebSocket client makes of these bytes. */
async function received(frames: readonly Buffer[]): Promise<string[]> {
  const wss = new WebSocketServer({ noServer: true });
  const server = createServer().on('upgrade', (request, socket, head) =>
    wss.handleUpgrade(request, socket, head, (ws) => {
      for (const frame of frames) socket.write(frame);
      ws.close(1000);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const texts: string[] = [];
  client.on('message', (data, isBinary) => texts.push(`${isBinary ? 'bytes ' : ''}${(data as Buffer).toString()}`));
  await new Promise((resolve) => client.once('close', resolve));
  await new Promise((resolve) => server.close(resolve));
  return texts;
}

it('is read by a WebSocket client at every length', async () => {
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000].map((length) => 'x'.repeat(length));
  expect(await received([...texts, 'naïve 🐘'].map(textFrame))).toEqual([...texts, 'naïve 🐘']);
});

it('carries an event with its payload byte for byte, made once', async () => {
  const payload = '{"content": "as \\u0041 it was",  "n":1.0}';
  const event = {
    epoch: 'e-1', type: 'message.created' as const, stream: 'room:a' as const, seq: 7, at: 0, subjectId: null, authorId: null,
    subjectUserId: null, control: false, trace: null, payload,
  };
  expect(eventFrame(event)).toBe(eventFrame(event));
  expect(await received([eventFrame(event), eventFrame({ ...event, trace: '00-a-b-01' })])).toEqual([
    `{"t":"message.created","d":${payload},"r":"room:a","s":7}`,
    `{"t":"message.created","d":${payload},"r":"room:a","s":7,"tp":"00-a-b-01"}`,
  ]);
});
