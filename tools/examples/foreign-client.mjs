// A client of Confab in one page, by its documents alone: two people chat, one is cut off, goes on at another gateway, and has
// every number of the room once and in order. Usage: node foreign-client.mjs [address, http://127.0.0.1:3000 unless given]
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

const api = `${process.argv[2] ?? 'http://127.0.0.1:3000'}/api/v1`;
const cursors = {}, seen = [];
let epoch;

async function call(method, path, token, body) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const response = await fetch(api + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status} ${await response.text()}`);
  return response.json();
}
const register = async () => {
  const username = `guest-${randomUUID().slice(0, 8)}`;
  return (await call('POST', '/auth/register', undefined, { username, email: `${username}@example.org`, password: randomUUID() })).accessToken;
};
const say = (token, room, content) => call('POST', `/rooms/${room}/messages`, token, { content, nonce: randomUUID() });
async function until(what, isTrue) {
  for (let attempt = 0; !isTrue(); attempt++) {
    if (attempt === 500) throw new Error(`${what} did not come; seen ${seen}`);
    await delay(20);
  }
}
/** Connects to the gateway that `choose` picks, begins after the cursors, and is settled when the room is live. */
async function follow(token, stream, choose) {
  const { ticket, urls } = await call('POST', '/gateway/tickets', token);
  const socket = new WebSocket(choose(urls));
  let isLive = false;
  socket.on('error', (error) => fail(error)).on('message', (text) => {
    const { t, d, r, s } = JSON.parse(text);
    if (t === 'hello') socket.send(JSON.stringify({ t: 'identify', d: { ticket, ...(epoch && { epoch, cursors }) } }));
    if (t === 'ready') (epoch = d.epoch), Object.assign(cursors, { ...d.streams, ...cursors });
    if (t === 'synced') isLive ||= r === stream;
    else if (t === 'resync' || t === 'error') fail(new Error(String(text)));
    else if (s !== undefined && s !== cursors[r] + 1) fail(new Error(`after ${cursors[r]} came ${s} of ${r}`));
    else if (s !== undefined && (cursors[r] = s) && r === stream) seen.push(s);
  });
  await until('synced', () => isLive);
  return { socket, url: socket.url };
}
function fail(error) {
  console.error(error);
  process.exit(1);
}

const [ada, bob] = [await register(), await register()];
const { id: room } = await call('POST', '/rooms', ada, { name: 'A foreign client', kind: 'public' });
await call('POST', `/rooms/${room}/join`, bob);
const stream = `room:${room}`;
const first = await follow(bob, stream, (urls) => urls[0]);
const begin = cursors[stream];
for (let n = 0; n < 10; n++) await say(n % 2 ? ada : bob, room, `before ${n}`);
await until('what was said before', () => seen.length === 10);
first.socket.terminate();
for (let n = 0; n < 10; n++) await say(n % 2 ? ada : bob, room, `meanwhile ${n}`);
const second = await follow(bob, stream, (urls) => urls.find((url) => url !== first.url) ?? fail(new Error('there is no other gateway')));
for (let n = 0; n < 10; n++) await say(n % 2 ? ada : bob, room, `after ${n}`);
const { head } = await call('GET', `/rooms/${room}`, bob);
await until('the last', () => seen.length >= head - begin);
second.socket.close(1000);
if (head !== begin + 30 || seen.some((seq, n) => seq !== begin + 1 + n)) fail(new Error(`of ${begin + 1} to ${head} came ${seen}`));
console.log(`30 messages, each once and in order: ${seen.slice(0, 10).length} by ${first.url}, 10 missed and 10 more by ${second.url}`);
