import assert from 'node:assert/strict';
import { client } from './generated/client.gen.js';
import { createMessage, createRoom, getRoom, listMessages, refreshSession, registerUser } from './generated/index.js';
import type { Message } from './generated/index.js';

const [baseUrl = '', username = ''] = process.argv.slice(2);
let token = '';
client.setConfig({ baseUrl, auth: () => token });

const registered = await registerUser({ body: { username, email: `${username}@example.org`, password: 'a long enough password' } });
assert.ok(registered.data);
token = registered.data.accessToken;

const room = await createRoom({ body: { name: 'foreign', kind: 'public' } });
assert.ok(room.data);
const roomId: string = room.data.id;
const sent = await createMessage({ path: { roomId }, body: { content: 'hello **you**', nonce: 'n-1' } });
assert.equal(sent.data?.html, '<p>hello <strong>you</strong></p>');
const page = await listMessages({ path: { roomId }, query: { limit: 10 } });
const message: Message | undefined = page.data?.items.at(-1);
assert.equal(message?.id, sent.data.id);

const refreshed = await refreshSession({ body: { refreshToken: registered.data.refreshToken ?? '' } });
assert.ok(refreshed.data);
assert.notEqual(refreshed.data.refreshToken, registered.data.refreshToken);

const refused = await getRoom({ path: { roomId: '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d' } });
assert.equal(refused.data, undefined);
assert.equal(refused.error?.code, 'room.not_found');
console.log('the conversation is over');
