import assert from 'node:assert/strict';
import { createMessage, createRoom, defaults, getRoom, listMessages, refreshSession, registerUser } from './generated.js';
import type { Message } from './generated.js';

const [baseUrl = '', username = ''] = process.argv.slice(2);
defaults.baseUrl = baseUrl;

const registered = await registerUser({ username, email: `${username}@example.org`, password: 'a long enough password' });
assert.ok(registered.status === 201);
defaults.headers = { authorization: `Bearer ${registered.data.accessToken}` };

const room = await createRoom({ name: 'foreign', kind: 'public' });
assert.ok(room.status === 201);
const roomId: string = room.data.id;
const sent = await createMessage(roomId, { content: 'hello **you**', nonce: 'n-1' });
assert.ok(sent.status === 201);
assert.equal(sent.data.html, '<p>hello <strong>you</strong></p>');
const page = await listMessages(roomId, { limit: 10 });
assert.ok(page.status === 200);
const message: Message | undefined = page.data.items.at(-1);
assert.equal(message?.id, sent.data.id);

const refreshed = await refreshSession({ refreshToken: registered.data.refreshToken ?? '' });
assert.ok(refreshed.status === 200);
assert.notEqual(refreshed.data.refreshToken, registered.data.refreshToken);

const refused = await getRoom('01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d');
assert.ok(refused.status === 404);
assert.equal(refused.data.code, 'room.not_found');
console.log('the conversation is over');
