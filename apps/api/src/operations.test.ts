import { operationRoutes } from '@confab/contract';
import { createCore } from '@confab/core';
import { createDatabase } from '@confab/db';
import { createRedis } from '@confab/redis';
import { createLogger, systemClock } from '@confab/runtime';
import { createStreams } from '@confab/stream';
import type { Router } from 'express';
import { expect, test } from 'vitest';
import { readOperations } from './http/document.ts';
import { mountOperations } from './http/mount.ts';
import { createOperations, type Input, type Operations, type Output } from './operations.ts';

/** Nothing of it is asked here, so nobody listens at the other end. */
const nowhere = 'postgres://nobody@127.0.0.1:1/nothing';
const logger = createLogger({ name: 'test', level: 'silent', pretty: false });

test('the routes that are mounted are those of the specification, both ways', async () => {
  const database = createDatabase({ primaryUrl: nowhere, replicaUrls: [], applicationName: 'test', logger });
  const redis = createRedis({ url: 'redis://127.0.0.1:1', name: 'test', logger, queue: false });
  const streams = createStreams({ db: database, redis, logger });
  try {
    const core = createCore({ database, redis, streams, logger, clock: systemClock, secret: new Uint8Array(32), gatewayUrls: [] });
    const operations = createOperations(core);
    expect(Object.keys(operations).toSorted()).toEqual(Object.keys(operationRoutes).toSorted());
    const specified = Object.values(operationRoutes).map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
    expect(mounted(mountOperations(readOperations(), operations, core.positions, []))).toEqual(specified.toSorted());
  } finally {
    await streams.stop();
    await redis.stop();
    await database.stop();
  }
});

test('fixed paths are matched before those with parameters', () => {
  const templates = [...new Set(readOperations().map(({ template }) => template))];
  for (const [index, template] of templates.entries()) {
    const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    expect(templates.slice(index + 1).filter((later) => pattern.test(later))).toEqual([]);
  }
});

test('what a handler takes and gives is what the specification says', () => {
  const input: Input<'listMessages'> = { path: { roomId: 'x' }, query: { limit: 5 }, body: undefined };
  const page: Output<'listMessages'> = { items: [], hasMoreBefore: false, hasMoreAfter: false };
  // @ts-expect-error a handler of several successes says which
  const unsaid: Output<'createMessage'> = {} as Output<'joinRoom'>;
  // @ts-expect-error 202 is not among them
  const other: Output<'createMessage'>['status'] = 202;
  // @ts-expect-error nothing is answered where there is no body
  const surplus: Output<'signOut'> = { body: 1 };
  // @ts-expect-error the query has no such parameter
  const misspelt = (query: Input<'listMessages'>['query']) => query.befor;
  // @ts-expect-error an operation is missing
  const missing: Operations = {} as Omit<Operations, 'getMe'>;
  // @ts-expect-error an operation is misspelt
  const wrong: Pick<Operations, 'getMee'> = {};
  // @ts-expect-error an operation is one too many
  const more: Pick<Operations, 'getMe'> = { getMe: ({} as Operations).getMe, getYou: ({} as Operations).getMe };
  expect([input, page, unsaid, other, surplus, misspelt, missing, wrong, more]).toHaveLength(9);
});

/** Every method that is not refused: a route's own catch-all has none. */
function mounted(router: Router): string[] {
  return router.stack
    .flatMap(({ route }) => (route === undefined ? [] : route.stack.map((layer) => `${layer.method} ${route.path}`)))
    .filter((entry, index, all) => !/^(undefined|options) /.test(entry) && all.indexOf(entry) === index)
    .toSorted();
}
