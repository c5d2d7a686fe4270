import { createDatabase, type Database, enqueue } from '@confab/db';
import { createLogger, runInContext } from '@confab/runtime';
import { type OtlpReceiver, type ReceivedSpan, startApp, startOtlpReceiver, startTestStack, type TestApp, type TestStack, createTestUser, type TestUser } from '@confab/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const patient = { timeout: 60_000, interval: 100 };
const slow = { timeout: 180_000 };
/** Says in the log which of OpenTelemetry's packages a process loads anything of. */
const watcher = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const seen = new Set();
  registerHooks({ load(url, context, next) {
    const name = /@opentelemetry\\/([\\w-]+)\\/(?!.*node_modules)/.exec(url)?.[1];
    if (name && !seen.has(name)) console.log(JSON.stringify({ msg: 'loaded', name }));
    seen.add(name);
    return next(url, context);
  } });
`)}`;
const watched = { NODE_OPTIONS: `--import=${watcher}` };

let receiver: OtlpReceiver;
let stack: TestStack;
let database: Database;
let ann: TestUser;
let bob: TestUser;
let roomId: string;
/** Of what her application does. */
let annsTrace: string | undefined;

beforeAll(async () => {
  receiver = await startOtlpReceiver();
  const env = { LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER: 'parentbased_always_on', ...watched };
  stack = await startTestStack({ gateways: 2, worker: true, env });
  database = createDatabase({ primaryUrl: stack.database.applicationUrl, replicaUrls: [], applicationName: 'confab-tracing-test', logger: createLogger({ name: 'test', level: 'silent', pretty: false }) });
  [ann, bob] = await Promise.all([createTestUser(stack, { gateway: 0, traceparent: () => annsTrace }), createTestUser(stack, { gateway: 1 })]);
  roomId = (await ann.confab.rest.createRoom({ name: 'traces', kind: 'public' })).id;
  await bob.confab.rest.joinRoom(roomId);
  await Promise.all([ann.confab.realtime.connect(), bob.confab.realtime.connect()]);
}, 180_000);

afterAll(async () => {
  await database?.stop();
  await stack?.stop();
  await receiver?.stop();
});

const spansOf = (traceId: string | undefined) => receiver.spans.filter((span) => span.traceId === traceId);
const linesOf = (app: TestApp, traceId: string) => app.log.filter((line) => line['traceId'] === traceId);
const names = (spans: readonly ReceivedSpan[]) => spans.map(({ name }) => name);

test('one send is one trace, from the request over both gateways to the job that it leaves', slow, async () => {
  const told = [ann, bob].map(({ confab }) => new Promise<string | undefined>((resolve) => confab.realtime.on('message.created', ({ traceparent }) => resolve(traceparent))));
  annsTrace = `00-${'c'.repeat(32)}-00000000000000cc-00`;
  const sent = await ann.confab.rest.createMessage(roomId, { content: 'canary of the traces', nonce: 'n-1' });
  annsTrace = undefined;
  const [traceparent = '', same] = await Promise.all(told);
  const [, traceId = '', cause = '', flags] = traceparent.split('-');
  // She asked for no sampling: that is not hers to say.
  expect([traceId, flags, same]).toEqual(['c'.repeat(32), '01', traceparent]);
  // What a send enqueues some day goes in its transaction; the trace of this one is taken up where it would be.
  await runInContext({ requestId: 'test', traceparent }, () => database.write((tx) => enqueue(tx, 'delete-old-idempotency-keys', {})));

  await expect.poll(() => spansOf(traceId).filter(({ name }) => name === 'deliver' || name.startsWith('job ')).length, patient).toBe(3);
  await expect.poll(() => names(spansOf(traceId)), patient).toEqual(expect.arrayContaining(['createMessage', 'messages.send', 'stream.append', 'publish message.created', 'EVALSHA', 'job delete-old-idempotency-keys']));
  const spans = spansOf(traceId);
  const one = (name: string) => spans.find((span) => span.name === name)!;
  const http = one('createMessage');
  expect(http).toMatchObject({ service: 'confab-api', parentSpanId: '00000000000000cc', attributes: { 'http.request.method': 'POST', 'http.response.status_code': 201, 'http.route': '/rooms/{roomId}/messages', 'user.id': ann.user.id } });
  expect(one('messages.send')).toMatchObject({ spanId: cause, parentSpanId: http.spanId });
  expect(one('stream.append')).toMatchObject({ parentSpanId: cause, attributes: { 'db.system.name': 'postgresql', 'confab.db.target': 'primary', 'db.response.returned_rows': 0 } });
  const publish = one('publish message.created');
  expect(publish).toMatchObject({ parentSpanId: cause, attributes: { 'confab.event.seq': sent.seq } });
  expect(spans.find(({ parentSpanId }) => parentSpanId === publish.spanId)).toMatchObject({ name: 'EVALSHA', attributes: { 'db.system.name': 'redis', 'confab.redis.command_class': 'script' } });
  const deliveries = spans.filter(({ name }) => name === 'deliver');
  expect(deliveries).toMatchObject([1, 2].map(() => ({ service: 'confab-gateway', parentSpanId: cause, attributes: { 'confab.event.type': 'message.created', 'confab.delivery.recipients': 1, 'confab.delivery.batch': 1, 'confab.delivery.lag_ms': expect.any(Number) } })));
  expect(one('job delete-old-idempotency-keys')).toMatchObject({ service: 'confab-worker', parentSpanId: cause, attributes: { 'confab.job.attempt': 1 } });
  // Every part has its whole.
  const known = new Set(spans.map(({ spanId }) => spanId));
  expect(spans.filter(({ parentSpanId }) => !parentSpanId.endsWith('cc') && !known.has(parentSpanId))).toEqual([]);
  expect(receiver.bodies.join('')).not.toContain('canary of the traces');

  const requestId = http.attributes['confab.request_id'];
  const ofRequest = stack.api.log.filter((line) => line['requestId'] === requestId);
  expect(ofRequest.length).toBeGreaterThan(5);
  expect(ofRequest.filter((line) => line['traceId'] !== traceId || line['spanId'] === undefined)).toEqual([]);
  expect(linesOf(stack.api, traceId)).toHaveLength(ofRequest.length);
  expect(ofRequest).toEqual(expect.arrayContaining([
    expect.objectContaining({ level: 'debug', msg: 'query', query: 'stream.lockFor', target: 'primary', rows: 1, durationMs: expect.any(Number) }),
    expect.objectContaining({ level: 'debug', msg: 'redis command', commandClass: 'script' }),
    expect.objectContaining({ level: 'info', msg: 'request', operationId: 'createMessage', status: 201 }),
  ]));
  const { durationMs, databaseMs, redisMs, otherMs } = ofRequest.find(({ msg }) => msg === 'request') as Record<string, number>;
  expect(Math.abs(durationMs! - databaseMs! - redisMs! - otherMs!)).toBeLessThan(0.3);
  expect(databaseMs).toBeGreaterThan(0);
  expect(linesOf(stack.worker!, traceId).map(({ msg }) => msg)).toEqual(expect.arrayContaining(['job started', 'query', 'job done']));
});

test('frames take up the trace that they name, the first one that of the handshake', slow, async () => {
  annsTrace = `00-${'d'.repeat(32)}-00000000000000cc-01`;
  ann.confab.realtime.focus(roomId);
  annsTrace = undefined;
  await expect.poll(() => names(spansOf('d'.repeat(32))), patient).toEqual(expect.arrayContaining(['frame focus', 'access.fellows']));
  const theirs = (index: number) => `${index}`.padStart(32, 'a');
  const { ticket } = await ann.confab.rest.createGatewayTicket();
  const probe = await stack.probe({ gateway: 1, headers: { traceparent: `00-${theirs(1)}-00000000000000aa-00` } });
  const { d } = await probe.next('hello', undefined, patient.timeout);
  probe.send({ t: 'identify', d: { ticket } });
  await probe.next('ready', undefined, patient.timeout);
  probe.send({ t: 'focus', d: { roomId }, tp: `00-${theirs(2)}-00000000000000aa-00` });
  probe.send({ t: 'typing', d: { roomId: d.connectionId }, ref: 'refused', tp: `00-${theirs(3)}-00000000000000aa-00` });
  const { d: { problem } } = await probe.next('error', ({ ref }) => ref === 'refused', patient.timeout);
  await expect.poll(() => names(spansOf(theirs(1))), patient).toEqual(expect.arrayContaining(['connect', 'frame identify', 'tickets.read', 'access.admit', 'access.entrances']));
  await expect.poll(() => names(spansOf(theirs(2))), patient).toEqual(expect.arrayContaining(['frame focus', 'access.fellows']));
  expect(linesOf(stack.gateways[1]!, theirs(1))).toEqual(expect.arrayContaining([
    expect.objectContaining({ msg: 'connected', connectionId: d.connectionId }),
    expect.objectContaining({ msg: 'identified', connectionId: d.connectionId, userId: ann.user.id, sessionId: expect.any(String) }),
  ]));
  expect(linesOf(stack.gateways[1]!, theirs(3))).toMatchObject([{ msg: 'frame refused', userId: ann.user.id, requestId: problem.requestId, code: 'room.not_found' }]);
  probe.close();
  await expect.poll(() => stack.gateways[1]!.log.find(({ msg, connectionId }) => msg === 'closed' && connectionId === d.connectionId), patient).toMatchObject({ userId: ann.user.id, sessionId: expect.any(String), code: expect.any(Number), reason: expect.any(String) });
});

test('unset, a process loads nothing of the SDK, and names the trace of who asks', slow, async () => {
  const loaded = (app: TestApp) => new Set(app.log.filter(({ msg }) => msg === 'loaded').map(({ name }) => String(name)));
  const sdk = ['sdk-trace', 'resources', 'exporter-trace-otlp-http', 'otlp-exporter-base', 'otlp-transformer'];
  const before = receiver.spans.length;
  const api = await startApp('api', { DATABASE_URL: stack.database.applicationUrl, REDIS_URL: stack.redisUrl, CONFAB_SECRET: Buffer.alloc(32, 7).toString('base64url'), PUBLIC_URL: stack.baseUrl, GATEWAY_URLS: stack.gatewayUrls.join(','), ...watched });
  try {
    const traceId = 'b'.repeat(32);
    const answer = await stack.fetch(`http://127.0.0.1:${api.port}/api/v1/users/me`, { headers: { traceparent: `00-${traceId}-00000000000000bb-01`, 'x-request-id': 'mine' } });
    expect(answer.status).toBe(401);
    await expect.poll(() => linesOf(api, traceId), patient).toMatchObject([{ msg: 'request', requestId: 'mine', operationId: 'getMe', status: 401 }]);
    expect(sdk.filter((name) => !loaded(stack.api).has(name))).toEqual([]);
    expect([...loaded(api)]).toEqual([]);
    expect(receiver.spans.slice(before).filter((span) => span.traceId === traceId)).toEqual([]);
  } finally {
    await api.stop();
  }
});
