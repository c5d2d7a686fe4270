import { createTestUser, startTestStack, type TestStack, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frame, handshake, openRawSocket } from './raw-socket.ts';

let stack: TestStack;
let ada: TestUser;
let url: string;
beforeAll(async () => {
  stack = await startTestStack({ gateways: 1 });
  url = stack.gatewayUrls[0] ?? '';
  ada = await createTestUser(stack);
  await ada.confab.realtime.connect();
});
/** Whatever came, whoever was there before is served as before. */
afterAll(async () => {
  expect(ada.confab.realtime.state).toBe('live');
  const room = await ada.confab.rest.createRoom({ name: 'still here', kind: 'private' });
  const told = new Promise((resolve) => ada.confab.realtime.on('message.created', ({ data }) => resolve(data.content)));
  await ada.confab.rest.createMessage(room.id, { content: 'all well', nonce: 'n' });
  expect(await told).toBe('all well');
  await stack.stop();
});

const text = (content: string) => Buffer.from(content);
const closing = (code: number, reason: Buffer = Buffer.alloc(0)) => frame({ opcode: 8, payload: Buffer.concat([Buffer.from([code >> 8, code & 255]), reason]) });
const [continuation, textual, binary, close, ping, pong] = [0, 1, 2, 8, 9, 10];
const protocolError = 1002;
const notUtf8 = 1007;

describe('frames that no client may send close', { timeout: 60_000 }, () => {
  const rows: [name: string, bytes: () => Buffer, code: number][] = [
    ...[1, 2, 4, 7].map((reserved): [string, () => Buffer, number] => [`reserved bits ${reserved.toString(2)}`, () => frame({ opcode: textual, payload: text('{}'), reserved }), protocolError]),
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, () => Buffer, number] => [`opcode ${opcode}`, () => frame({ opcode }), protocolError]),
    ['unmasked text', () => frame({ opcode: textual, payload: text('{}'), isMasked: false }), protocolError],
    ['an unmasked ping', () => frame({ opcode: ping, isMasked: false }), protocolError],
    ['a ping of 126 bytes', () => frame({ opcode: ping, payload: Buffer.alloc(126) }), protocolError],
    ['a pong of 70,000 bytes', () => frame({ opcode: pong, payload: Buffer.alloc(70_000) }), protocolError],
    ['a close of 126 bytes', () => frame({ opcode: close, payload: Buffer.alloc(126) }), protocolError],
    ['a ping in parts', () => frame({ opcode: ping, isFinal: false }), protocolError],
    ['a close in parts', () => frame({ opcode: close, isFinal: false }), protocolError],
    ['a continuation of nothing', () => frame({ opcode: continuation, payload: text('{}') }), protocolError],
    ['the last part of nothing', () => frame({ opcode: continuation }), protocolError],
    ['text within text', () => Buffer.concat([frame({ opcode: textual, payload: text('{'), isFinal: false }), frame({ opcode: textual, payload: text('}') })]), protocolError],
    ['bytes within text', () => Buffer.concat([frame({ opcode: textual, payload: text('{'), isFinal: false }), frame({ opcode: binary })]), protocolError],
    ['half a close code', () => frame({ opcode: close, payload: Buffer.from([3]) }), protocolError],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code): [string, () => Buffer, number] => [`a close with ${code}`, () => closing(code), protocolError]),
    ['text that is no UTF-8', () => frame({ opcode: textual, payload: Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]) }), notUtf8],
    ['text cut within a character, in parts', () => Buffer.concat([frame({ opcode: textual, payload: Buffer.from([0x22, 0xe2, 0x82]), isFinal: false }), frame({ opcode: continuation, payload: text('"') })]), notUtf8],
    ['a goodbye whose reason is no UTF-8', () => closing(1000, Buffer.from([0xc3, 0x28])), notUtf8],
    ['a goodbye whose long reason ends within a character', () => closing(1000, Buffer.from([...text('x'.repeat(60)), 0xe2, 0x82])), notUtf8],
    ['bytes', () => frame({ opcode: binary, payload: text('{}') }), 4400],
    ['nothing at all, as text', () => frame({ opcode: textual }), 4400],
    ['65,537 bytes', () => frame({ opcode: textual, payload: Buffer.alloc(65_537, 0x20) }), 1009],
    ['a frame that says it has 2^31 bytes', () => frame({ opcode: textual, length: 2 ** 31 }), 1009],
    ['a frame that says it has 2^53 bytes', () => frame({ opcode: textual, length: 2 ** 53 }), 1009],
    ['100 KB in parts', () => Buffer.concat([frame({ opcode: textual, payload: Buffer.alloc(50_000, 0x20), isFinal: false }), frame({ opcode: continuation, payload: Buffer.alloc(50_000, 0x20) })]), 1009],
    ['a thousand parts of nothing', () => Buffer.concat([frame({ opcode: textual, isFinal: false }), ...Array.from({ length: 1000 }, () => frame({ opcode: continuation, isFinal: false }))]), 1008],
  ];
  test.each(rows)('%s', async (_name, bytes, code) => {
    const socket = openRawSocket(url);
    expect(await socket.status).toBe(101);
    socket.write(bytes());
    expect(await socket.closed()).toBe(code);
    socket.end();
  });
});

test.each<[string, () => Buffer, number | 'open']>([
  ['a ping between the parts of a text', () => Buffer.concat([frame({ opcode: textual, payload: text('{"t":'), isFinal: false }), frame({ opcode: ping, payload: text('x') }), frame({ opcode: continuation, payload: text('"heartbeat"}') })]), 4400],
  ['a pong that nobody asked for', () => frame({ opcode: pong }), 'open'],
  ['a ping of 125 bytes', () => frame({ opcode: ping, payload: Buffer.alloc(125) }), 'open'],
  ['a goodbye without a code', () => frame({ opcode: close }), 1005],
  ['a goodbye', () => closing(1000, text('bye')), 1000],
  ['a goodbye of an application', () => closing(4999), 4999],
])('but these are frames: %s', async (_name, bytes, outcome) => {
  const socket = openRawSocket(url);
  expect(await socket.status).toBe(101);
  socket.write(bytes());
  expect(await socket.closed(outcome === 'open' ? 300 : 15_000)).toBe(outcome);
  socket.end();
});

describe('handshakes that are none', () => {
  const rows: [name: string, greeting: () => string, status: number][] = [
    ['version 12', () => handshake(url, { headers: { 'Sec-WebSocket-Version': '12' } }), 400],
    ['no version', () => handshake(url, { headers: { 'Sec-WebSocket-Version': undefined } }), 400],
    ['no key', () => handshake(url, { headers: { 'Sec-WebSocket-Key': undefined } }), 400],
    ['a key that is too short', () => handshake(url, { headers: { 'Sec-WebSocket-Key': 'YQ==' } }), 400],
    ['another protocol', () => handshake(url, { headers: { Upgrade: 'h2c' } }), 400],
    ['no upgrade', () => handshake(url, { headers: { Upgrade: undefined, Connection: 'close' } }), 404],
    ['POST', () => handshake(url, { method: 'POST' }), 405],
    ['a header of 20 KB', () => handshake(url, { headers: { 'X-Long': 'x'.repeat(20_000) } }), 431],
    ['no HTTP', () => 'hello\r\n\r\n', 400],
    ['TLS', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ];
  test.each(rows)('%s', async (_name, greeting, status) => {
    const socket = openRawSocket(url, greeting());
    expect(await socket.status).toBe(status);
    socket.end();
  });
});
