import type { Sessions } from '@confab/core';
import type { RequestHandler } from 'express';
import { readBody } from './body.ts';
import { exchangeOf } from './exchange.ts';
import type { RateLimits } from './rate-limit.ts';
import { identify } from './security.ts';

/**
 * Who may go on: the limit of the address, a body that can be read, a token, a session that lives, the limit of the user. What Redis
 * is asked for goes out at once, so that all of it takes one trip; what comes of it is judged in that order, so that a request with
 * several faults is refused for the same one each time. Nobody who is known to be over the address's limit counts for a user.
 */
export function admit(limits: RateLimits, sessions: Sessions): RequestHandler {
  return async (request, response, next) => {
    const exchange = exchangeOf(response);
    const { operation } = exchange;
    limits.refuseKnown(response, operation, exchange.address);
    const address = limits.countAddress(operation, exchange.address);
    const body = readBody(request, response, operation);
    const identified = body.then(() => identify(request, operation, sessions));
    const session = identified.then((actor) => actor && sessions.assertLive(actor));
    const user = identified.then((actor) => actor && limits.countUser(operation, actor.userId));
    for (const begun of [address, body, identified, session, user]) begun.catch(() => undefined);

    limits.judge(response, await address);
    await body;
    const actor = await identified;
    await session;
    if (actor !== undefined) exchange.actor = actor;
    limits.judge(response, await user);
    next();
  };
}
