import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './generated.js';

const [baseUrl = '', username = ''] = process.argv.slice(2);
let token = '';
const client = createClient<paths>({ baseUrl });
client.use({ onRequest: ({ request }) => void (token !== '' && request.headers.set('authorization', `Bearer ${token}`)) });

const registered = await client.POST('/auth/register', { body: { username, email: `${username}@example.org`, password: 'a long enough password' } });
assert.ok(registered.data);
token = registered.data.accessToken;

const room = await client.POST('/rooms', { body: { name: 'foreign', kind: 'public' } });
assert.ok(room.data);
const roomId: string = room.data.id;
const sent = await client.POST('/rooms/{roomId}/messages', { params: { path: { roomId } }, body: { content: 'hello **you**', nonce: 'n-1' } });
assert.equal(sent.data?.html, '<p>hello <strong>you</strong></p>');
const page = await client.GET('/rooms/{roomId}/messages', { params: { path: { roomId }, query: { limit: 10 } } });
const message: components['schemas']['Message'] | undefined = page.data?.items.at(-1);
assert.equal(message?.id, sent.data.id);

const refreshed = await client.POST('/auth/refresh', { body: { refreshToken: registered.data.refreshToken ?? '' } });
assert.ok(refreshed.data);
assert.notEqual(refreshed.data.refreshToken, registered.data.refreshToken);

const refused = await client.GET('/rooms/{roomId}', { params: { path: { roomId: '01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d' } } });
assert.equal(refused.data, undefined);
assert.equal(refused.error?.code, 'room.not_found');
console.log('the conversation is over');
