import { expect, test } from 'vitest';
import type { Json } from '../../generate/bundle.ts';
import type { Kind, Node } from './change.ts';
import { compareContracts, judge } from './compare.ts';

const asked: Node = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: { type: 'string', maxLength: 80 }, kind: { type: 'string', enum: ['public', 'private'], default: 'public' }, size: { type: ['integer', 'null'] }, tags: { type: 'array', items: { type: 'string' } } },
};
const told: Node = {
  type: 'object',
  required: ['id', 'head'],
  properties: { id: { type: 'string' }, head: { type: 'integer' }, kind: { type: 'string', 'x-known-values': ['public', 'private'] }, name: { oneOf: [{ type: 'string' }, { type: 'null' }] }, state: { type: 'string', enum: ['open'], default: 'open' }, at: { type: 'string', format: 'date-time' }, counts: { type: 'object', additionalProperties: { type: 'integer' } } },
};
const json = (name: string): Node => ({ content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } });

const contract = () => ({
  openapi: {
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }, { cookie: [] }],
    paths: {
      '/rooms': {
        get: { operationId: 'listRooms', security: [], parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100, default: 20 } }], responses: { '200': { ...json('Room'), headers: { 'X-Request-Id': { schema: { type: 'string' } } } } } },
        post: { operationId: 'createRoom', 'x-emits': ['message.created'], requestBody: json('NewRoom'), responses: { '200': json('Room'), '201': json('Room') } },
      },
    },
    components: {
      schemas: { NewRoom: asked, Room: told },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, cookie: { type: 'apiKey', in: 'cookie', name: 'sid' }, nobodys: { type: 'apiKey', in: 'header', name: 'Key' } },
    },
  } as Node,
  asyncapi: {
    channels: { gateway: { address: '/gateway', messages: { said: { $ref: '#/components/messages/said' }, ask: { $ref: '#/components/messages/ask' } } } },
    operations: { send: { action: 'send', messages: [{ $ref: '#/channels/gateway/messages/said' }] }, receive: { action: 'receive', messages: [{ $ref: '#/channels/gateway/messages/ask' }] } },
    components: { messages: { said: { name: 'message.created', payload: { $ref: '#/components/schemas/Room' } }, ask: { name: 'identify', payload: { $ref: '#/components/schemas/NewRoom' } } }, schemas: { NewRoom: asked, Room: told } },
    'x-close-codes': { '4400': { action: 'never' } },
  } as Node,
  errors: { 'room.archived': { status: 409, title: 'The room is archived', retryable: true } } as Node,
});

/** Sets the value at a path (`a/b/c`); undefined removes it. */
function edited(path: string, value: Json | undefined, from = contract()) {
  const copy = structuredClone(from);
  const keys = path.split('|');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Node>((node, key) => (node[key] ?? expect.unreachable(path)) as Node, copy as unknown as Node);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

const rooms = 'openapi|paths|/rooms';
const input = 'openapi|components|schemas|NewRoom';
const output = 'openapi|components|schemas|Room';

const breaking: [name: string, path: string, value: Json | undefined, kind: Kind, place: string][] = [
  ['an operation that is gone', `${rooms}|post`, undefined, 'operation.removed', 'POST /rooms'],
  ['an operation under another name', `${rooms}|post|operationId`, 'makeRoom', 'operation.renamed', 'POST /rooms'],
  ['another base path', 'openapi|servers', [{ url: '/api/v2' }], 'server.changed', 'servers /api/v1'],
  ['a base path of its own', `${rooms}|servers`, [{ url: '/' }], 'server.changed', 'POST /rooms servers'],
  ['a token where none was needed', `${rooms}|get|security`, [{ bearer: [] }], 'security.added', 'GET /rooms no token'],
  ['one way in less', 'openapi|security', [{ bearer: [] }], 'security.added', 'POST /rooms cookie'],
  ['a token sent in another way', 'openapi|components|securitySchemes|bearer|scheme', 'basic', 'security.changed', 'security bearer scheme'],
  ['a cookie of another name', 'openapi|components|securitySchemes|cookie|name', 'session', 'security.changed', 'security cookie name'],
  ['a scheme that nobody describes any more', 'openapi|components|securitySchemes|cookie', undefined, 'security.changed', 'security cookie type'],
  ['a status that is gone', `${rooms}|post|responses|201`, undefined, 'status.removed', 'POST /rooms 201'],
  ['a content type that is gone', `${rooms}|post|responses|201`, { content: { 'text/plain': {} } }, 'content.removed', 'POST /rooms 201 application/json'],
  ['a header that is gone', `${rooms}|get|responses|200|headers`, {}, 'header.removed', 'GET /rooms 200 header x-request-id'],
  ['a parameter that is gone', `${rooms}|get|parameters`, [], 'parameter.removed', 'GET /rooms query limit'],
  ['a narrower parameter', `${rooms}|get|parameters|0|schema|maximum`, 50, 'input.narrowed', 'GET /rooms query limit maximum'],
  ['a parameter that means something else when left out', `${rooms}|get|parameters|0|schema|default`, 50, 'default.changed', 'GET /rooms query limit'],
  ['a new parameter that must be there', `${rooms}|post|parameters`, [{ name: 'Key', in: 'header', required: true, schema: {} }], 'input.required', 'POST /rooms header key'],
  ['a body that must be there', `${rooms}|post|requestBody|required`, true, 'input.required', 'POST /rooms body'],

  ['a field that is not taken any more', `${input}|properties|kind`, undefined, 'field.removed', 'input NewRoom.kind'],
  ['a field that must now be sent', `${input}|required`, ['name', 'kind'], 'input.required', 'input NewRoom.kind'],
  ['a type less', `${input}|properties|size|type`, 'integer', 'input.narrowed', 'input NewRoom.size type null'],
  ['another type', `${input}|properties|name|type`, 'integer', 'input.narrowed', 'input NewRoom.name type string'],
  ['a value less', `${input}|properties|kind|enum`, ['public'], 'value.removed', 'input NewRoom.kind "private"'],
  ['a list of values where anything was taken', `${input}|properties|name|enum`, ['a'], 'input.narrowed', 'input NewRoom.name enum'],
  ['a lower bound', `${input}|properties|name|maxLength`, 40, 'input.narrowed', 'input NewRoom.name maxLength'],
  ['a bound where there was none', `${input}|properties|name|minLength`, 1, 'input.narrowed', 'input NewRoom.name minLength'],
  ['a pattern', `${input}|properties|name|pattern`, '^a', 'input.narrowed', 'input NewRoom.name pattern'],
  ['a format', `${input}|properties|name|format`, 'email', 'input.narrowed', 'input NewRoom.name format'],
  ['a type less within a list', `${input}|properties|tags|items|type`, 'integer', 'input.narrowed', 'input NewRoom.tags[] type string'],
  ['one of several where anything was taken', `${input}|properties|name`, { oneOf: [{ type: 'string', maxLength: 9 }] }, 'input.narrowed', 'input NewRoom.name {"type":"string","maxLength":80}'],
  ['a further condition', `${input}|properties|name|allOf`, [{ type: 'string', maxLength: 9 }], 'input.narrowed', 'input NewRoom.name&0 maxLength'],
  ['another default', `${input}|properties|kind|default`, 'private', 'default.changed', 'input NewRoom.kind'],
  ['no default any more', `${input}|properties|kind|default`, undefined, 'default.changed', 'input NewRoom.kind'],
  ['another default of one of several', `${input}|properties|kind`, { oneOf: [{ type: 'string' }, { type: 'null' }], default: null }, 'default.changed', 'input NewRoom.kind'],

  ['a field that is gone', `${output}|properties|head`, undefined, 'field.removed', 'output Room.head'],
  ['a field that may be absent', `${output}|required`, ['id'], 'field.optional', 'output Room.head'],
  ['a number of another kind', `${output}|properties|head|type`, 'number', 'output.widened', 'output Room.head type number'],
  ['null where there was none', `${output}|properties|id`, { oneOf: [{ type: 'string' }, { type: 'null' }] }, 'output.widened', 'output Room.id {"type":"null"}'],
  ['a known value that is gone', `${output}|properties|kind|x-known-values`, ['public'], 'value.removed', 'output Room.kind "private"'],
  ['a value in a closed list', `${output}|properties|state|enum`, ['open', 'shut'], 'output.widened', 'output Room.state "shut"'],
  ['no list of values any more', `${output}|properties|state|enum`, undefined, 'output.widened', 'output Room.state enum'],
  ['no format any more', `${output}|properties|at|format`, undefined, 'output.widened', 'output Room.at format'],
  ['a map that is empty for ever', `${output}|properties|counts|additionalProperties`, false, 'field.removed', 'output Room.counts.*'],

  ['a frame that is gone', 'asyncapi|operations|send|messages', [], 'frame.removed', 'frame output message.created'],
  ['a frame under another name', 'asyncapi|components|messages|ask|name', 'hello', 'frame.removed', 'frame input identify'],
  ["a field of an event that is gone", 'asyncapi|components|schemas|Room|properties|head', undefined, 'field.removed', 'output Room.head'],
  ['a field of a frame that must now be sent', 'asyncapi|components|schemas|NewRoom|required', ['name', 'size'], 'input.required', 'input NewRoom.size'],
  ['a door elsewhere', 'asyncapi|channels|gateway|address', '/socket', 'server.changed', 'channel gateway'],
  ['a close code that asks for something else', 'asyncapi|x-close-codes|4400|action', 'resume', 'close_code.changed', 'close code 4400'],
  ['an event that is not emitted any more', `${rooms}|post|x-emits`, undefined, 'event.removed', 'POST /rooms message.created'],

  ['an error of another status', 'errors|room.archived|status', 403, 'error.changed', 'error room.archived status'],
  ['an error that is for good', 'errors|room.archived|retryable', false, 'error.changed', 'error room.archived retryable'],
];

test.each(breaking)('refused: %s', (_name, path, value, kind, place) => {
  const changes = compareContracts(contract(), edited(path, value));
  expect(changes.map((change) => ({ kind: change.kind, place: change.place }))).toContainEqual({ kind, place });
  const waivers = changes.map((change) => ({ kind: change.kind, place: change.place, reason: 'because' }));
  expect(judge(changes, waivers)).toEqual({ refused: [], waived: changes, needless: [] });
});

const harmless: [name: string, path: string, value: Json | undefined][] = [
  ['nothing', `${rooms}|post|summary`, 'another word'],
  ['a new operation', `${rooms}|put`, { operationId: 'x', responses: {} }],
  ['a new status', `${rooms}|post|responses|409`, json('Room')],
  ['a new parameter that may be left out', `${rooms}|post|parameters`, [{ name: 'Key', in: 'header', schema: {} }]],
  ['a field that may be sent', `${input}|properties|more`, { type: 'string' }],
  ['a field that need not be sent any more', `${input}|required`, []],
  ['a value more', `${input}|properties|kind|enum`, ['public', 'private', 'direct']],
  ['a higher bound', `${input}|properties|name|maxLength`, 100],
  ['a type more', `${input}|properties|name|type`, ['string', 'null']],
  ['one of several, the old among them', `${input}|properties|name`, { oneOf: [{ type: 'string', maxLength: 80 }, { type: 'null' }] }],
  ['a field more', `${output}|properties|more`, { type: 'string' }],
  ['a field that is always there', `${output}|required`, ['id', 'head', 'kind']],
  ['a bound on what is told', `${output}|properties|id|maxLength`, 10],
  ['null no more', `${output}|properties|name`, { type: 'string' }],
  ['a known value more', `${output}|properties|kind|x-known-values`, ['public', 'private', 'direct']],
  ['a new frame', 'asyncapi|components|messages|more', { name: 'more', payload: {} }],
  ['a token needed no more', 'openapi|security', []],
  ['another word for people about a token', 'openapi|components|securitySchemes|bearer|bearerFormat', 'opaque'],
  ['a scheme that nobody used', 'openapi|components|securitySchemes|nobodys|name', 'Other'],
  ['an event more', `${rooms}|post|x-emits`, ['message.created', 'room.updated']],
  ['a default where none was promised', `${input}|properties|size|default`, 1],
  ['one of several, the default as it was', `${input}|properties|kind`, { oneOf: [{ type: 'string' }, { type: 'null' }], default: 'public' }],
  ['no default any more of what is told', `${output}|properties|state|default`, undefined],
  ['an object that is open no more', `${output}|additionalProperties`, false],
  ['another title of an error', 'errors|room.archived|title', 'It is archived'],
  ['a new error', 'errors|room.closed', { status: 409, title: 'The room is closed', retryable: false }],
];

test.each(harmless)('let through: %s', (_name, path, value) => {
  expect(compareContracts(contract(), edited(path, value))).toEqual([]);
});

test('a waiver is for one change, and none stays that waives nothing', () => {
  const changes = compareContracts(contract(), edited(`${input}|properties|kind`, undefined));
  const other = { kind: 'field.removed', place: 'input NewRoom.size', reason: 'because' };
  expect(judge(changes, [other])).toEqual({ refused: changes, waived: [], needless: [other] });
});

/** Two changes at one place each: the waiver of one leaves the other refused. */
const pairs: [name: string, path: string, value: Json, kind: Kind, waived: string, refused: string][] = [
  ['known values that are gone', `${output}|properties|kind|x-known-values`, [], 'value.removed', 'output Room.kind "public"', 'output Room.kind "private"'],
  ['values in a closed list', `${output}|properties|state|enum`, ['open', 'shut', 'lost'], 'output.widened', 'output Room.state "shut"', 'output Room.state "lost"'],
  ['values less', `${input}|properties|kind|enum`, [], 'value.removed', 'input NewRoom.kind "public"', 'input NewRoom.kind "private"'],
  ['bounds', `${input}|properties|name`, { type: 'string', minLength: 1, maxLength: 40 }, 'input.narrowed', 'input NewRoom.name maxLength', 'input NewRoom.name minLength'],
  ['a bound and a pattern', `${input}|properties|name`, { type: 'string', maxLength: 40, pattern: '^a' }, 'input.narrowed', 'input NewRoom.name maxLength', 'input NewRoom.name pattern'],
  ['a bound and a format', `${input}|properties|name`, { type: 'string', maxLength: 40, format: 'email' }, 'input.narrowed', 'input NewRoom.name maxLength', 'input NewRoom.name format'],
  ['a bound and a list', `${input}|properties|name`, { type: 'string', maxLength: 40, enum: ['a'] }, 'input.narrowed', 'input NewRoom.name maxLength', 'input NewRoom.name enum'],
  ['types', `${input}|properties|size|type`, 'string', 'input.narrowed', 'input NewRoom.size type null', 'input NewRoom.size type integer'],
  ['types more', `${output}|properties|id|type`, ['string', 'integer', 'null'], 'output.widened', 'output Room.id type null', 'output Room.id type integer'],
  ['branches more', `${output}|properties|name|oneOf`, [{ type: 'string' }, { type: 'null' }, { type: 'integer' }, { type: 'boolean' }], 'output.widened', 'output Room.name {"type":"integer"}', 'output Room.name {"type":"boolean"}'],
  ['ways in', 'openapi|security', [{ key: [] }], 'security.added', 'POST /rooms bearer', 'POST /rooms cookie'],
  ['ways of writing a parameter', `${rooms}|get|parameters|0`, { name: 'limit', in: 'query', style: 'pipeDelimited', explode: false, schema: { type: 'integer', maximum: 100, default: 20 } }, 'input.narrowed', 'GET /rooms query limit style', 'GET /rooms query limit explode'],
];

test.each(pairs)('a waiver opens one thing at a place: %s', (_name, path, value, kind, place, refused) => {
  const verdict = judge(compareContracts(contract(), edited(path, value)), [{ kind, place, reason: 'because' }]);
  expect(verdict.refused.map((change) => `${change.kind} ${change.place}`)).toEqual([`${kind} ${refused}`]);
});

const edits = (...changes: [path: string, value: Json | undefined][]) => changes.reduce((now, [path, value]) => edited(path, value, now), contract());

test.each([
  ['an event, its frame', edits(['asyncapi|operations|send|messages', []], [`${rooms}|post|x-emits`, []]), ['frame.removed']],
  ['a scheme, the way in by it', edits(['openapi|security', [{ bearer: [] }]], ['openapi|components|securitySchemes|cookie', undefined]), ['security.added']],
])('what is gone with something greater is told as that alone: %s', (_name, now, kinds) => {
  expect(compareContracts(contract(), now).map(({ kind }) => kind)).toEqual(kinds);
});

test('a schema that refers to itself comes to an end', () => {
  const tree = { type: 'object', properties: { below: { $ref: '#/components/schemas/NewRoom' } } };
  expect(compareContracts(edited(input, tree), edited(input, tree))).toEqual([]);
});
