import { expect, test } from 'vitest';
import type { Json } from '../../generate/bundle.ts';
import type { Kind, Node } from './change.ts';
import { compareContracts, judge } from './compare.ts';

const asked: Node = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: { type: 'string', maxLength: 80 }, kind: { type: 'string', enum: ['public', 'private'] }, size: { type: ['integer', 'null'] }, tags: { type: 'array', items: { type: 'string' } } },
};
const told: Node = {
  type: 'object',
  required: ['id', 'head'],
  properties: { id: { type: 'string' }, head: { type: 'integer' }, kind: { type: 'string', 'x-known-values': ['public', 'private'] }, name: { oneOf: [{ type: 'string' }, { type: 'null' }] }, state: { type: 'string', enum: ['open'] }, at: { type: 'string', format: 'date-time' } },
};
const json = (name: string): Node => ({ content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } } });

const contract = () => ({
  openapi: {
    servers: [{ url: '/api/v1' }],
    security: [{ bearer: [] }],
    paths: {
      '/rooms': {
        get: { operationId: 'listRooms', security: [], parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } }], responses: { '200': { ...json('Room'), headers: { 'X-Request-Id': { schema: { type: 'string' } } } } } },
        post: { operationId: 'createRoom', requestBody: json('NewRoom'), responses: { '200': json('Room'), '201': json('Room') } },
      },
    },
    components: { schemas: { NewRoom: asked, Room: told } },
  } as Node,
  asyncapi: {
    channels: { gateway: { address: '/gateway', messages: { said: { $ref: '#/components/messages/said' }, ask: { $ref: '#/components/messages/ask' } } } },
    operations: { send: { action: 'send', messages: [{ $ref: '#/channels/gateway/messages/said' }] }, receive: { action: 'receive', messages: [{ $ref: '#/channels/gateway/messages/ask' }] } },
    components: { messages: { said: { name: 'message.created', payload: { $ref: '#/components/schemas/Room' } }, ask: { name: 'identify', payload: { $ref: '#/components/schemas/NewRoom' } } }, schemas: { NewRoom: asked, Room: told } },
    'x-close-codes': { '4400': { action: 'never' } },
  } as Node,
});

/** Sets the value at a path (`a/b/c`); undefined removes it. */
function edited(path: string, value: Json | undefined) {
  const copy = structuredClone(contract());
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
  ['another base path', 'openapi|servers', [{ url: '/api/v2' }], 'server.changed', 'servers'],
  ['a token where none was needed', `${rooms}|get|security`, [{ bearer: [] }], 'security.added', 'GET /rooms'],
  ['a status that is gone', `${rooms}|post|responses|201`, undefined, 'status.removed', 'POST /rooms 201'],
  ['a content type that is gone', `${rooms}|post|responses|201`, { content: { 'text/plain': {} } }, 'content.removed', 'POST /rooms 201'],
  ['a header that is gone', `${rooms}|get|responses|200|headers`, {}, 'header.removed', 'GET /rooms 200 header x-request-id'],
  ['a parameter that is gone', `${rooms}|get|parameters`, [], 'parameter.removed', 'GET /rooms query limit'],
  ['a narrower parameter', `${rooms}|get|parameters|0|schema|maximum`, 50, 'input.narrowed', 'GET /rooms query limit'],
  ['a new parameter that must be there', `${rooms}|post|parameters`, [{ name: 'Key', in: 'header', required: true, schema: {} }], 'input.required', 'POST /rooms header key'],
  ['a body that must be there', `${rooms}|post|requestBody|required`, true, 'input.required', 'POST /rooms body'],

  ['a field that is not taken any more', `${input}|properties|kind`, undefined, 'field.removed', 'input NewRoom.kind'],
  ['a field that must now be sent', `${input}|required`, ['name', 'kind'], 'input.required', 'input NewRoom.kind'],
  ['a type less', `${input}|properties|size|type`, 'integer', 'input.narrowed', 'input NewRoom.size'],
  ['another type', `${input}|properties|name|type`, 'integer', 'input.narrowed', 'input NewRoom.name'],
  ['a value less', `${input}|properties|kind|enum`, ['public'], 'value.removed', 'input NewRoom.kind'],
  ['a list of values where anything was taken', `${input}|properties|name|enum`, ['a'], 'input.narrowed', 'input NewRoom.name'],
  ['a lower bound', `${input}|properties|name|maxLength`, 40, 'input.narrowed', 'input NewRoom.name'],
  ['a bound where there was none', `${input}|properties|name|minLength`, 1, 'input.narrowed', 'input NewRoom.name'],
  ['a pattern', `${input}|properties|name|pattern`, '^a', 'input.narrowed', 'input NewRoom.name'],
  ['a format', `${input}|properties|name|format`, 'email', 'input.narrowed', 'input NewRoom.name'],
  ['a type less within a list', `${input}|properties|tags|items|type`, 'integer', 'input.narrowed', 'input NewRoom.tags[]'],
  ['one of several where anything was taken', `${input}|properties|name`, { oneOf: [{ type: 'string', maxLength: 9 }] }, 'input.narrowed', 'input NewRoom.name'],
  ['a further condition', `${input}|properties|name|allOf`, [{ type: 'string', maxLength: 9 }], 'input.narrowed', 'input NewRoom.name&0'],

  ['a field that is gone', `${output}|properties|head`, undefined, 'field.removed', 'output Room.head'],
  ['a field that may be absent', `${output}|required`, ['id'], 'field.optional', 'output Room.head'],
  ['a number of another kind', `${output}|properties|head|type`, 'number', 'output.widened', 'output Room.head'],
  ['null where there was none', `${output}|properties|id`, { oneOf: [{ type: 'string' }, { type: 'null' }] }, 'output.widened', 'output Room.id'],
  ['a known value that is gone', `${output}|properties|kind|x-known-values`, ['public'], 'value.removed', 'output Room.kind'],
  ['a value in a closed list', `${output}|properties|state|enum`, ['open', 'shut'], 'output.widened', 'output Room.state'],
  ['no list of values any more', `${output}|properties|state|enum`, undefined, 'output.widened', 'output Room.state'],
  ['no format any more', `${output}|properties|at|format`, undefined, 'output.widened', 'output Room.at'],

  ['a frame that is gone', 'asyncapi|operations|send|messages', [], 'frame.removed', 'frame output message.created'],
  ['a frame under another name', 'asyncapi|components|messages|ask|name', 'hello', 'frame.removed', 'frame input identify'],
  ["a field of an event that is gone", 'asyncapi|components|schemas|Room|properties|head', undefined, 'field.removed', 'output Room.head'],
  ['a field of a frame that must now be sent', 'asyncapi|components|schemas|NewRoom|required', ['name', 'size'], 'input.required', 'input NewRoom.size'],
  ['a door elsewhere', 'asyncapi|channels|gateway|address', '/socket', 'server.changed', 'channel gateway'],
  ['a close code that asks for something else', 'asyncapi|x-close-codes|4400|action', 'resume', 'close_code.changed', 'close code 4400'],
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
];

test.each(harmless)('let through: %s', (_name, path, value) => {
  expect(compareContracts(contract(), edited(path, value))).toEqual([]);
});

test('a waiver is for one change, and none stays that waives nothing', () => {
  const changes = compareContracts(contract(), edited(`${input}|properties|kind`, undefined));
  const other = { kind: 'field.removed', place: 'input NewRoom.size', reason: 'because' };
  expect(judge(changes, [other])).toEqual({ refused: changes, waived: [], needless: [other] });
});

test('a schema that refers to itself comes to an end', () => {
  const tree = { type: 'object', properties: { below: { $ref: '#/components/schemas/NewRoom' } } };
  expect(compareContracts(edited(input, tree), edited(input, tree))).toEqual([]);
});
