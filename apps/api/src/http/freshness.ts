import type { Positions } from '@confab/core';
import { currentContext, type Freshness } from '@confab/runtime';
import type { Request, RequestHandler, Response } from 'express';
import { type Exchange, exchangeOf } from './exchange.ts';

/**
 * Says how new what this request reads must be: as new as its caller's writes, on whatever process, and what he says that he has seen. What
 * it writes itself is kept for those from the moment of its commit, while other things follow from that.
 */
export function demandFreshness(positions: Positions): RequestHandler {
  return async (request, response, next) => {
    const context = currentContext();
    const exchange = exchangeOf(response);
    const { actor, entry } = exchange;
    if (context !== undefined) {
      if (actor !== undefined) context.onPosition = (position) => keep(exchange, entry.run(() => positions.keep(actor.userId, position)));
      context.freshness = await freshnessOf(request, exchange, positions);
    }
    next();
  };
}

function keep(exchange: Exchange, keeping: Promise<void>): void {
  exchange.kept = Promise.all([exchange.kept, keeping]);
  // Whoever answers waits for it, and until then nobody does.
  exchange.kept.catch(() => undefined);
}

async function freshnessOf(request: Request, { operation, actor }: Exchange, positions: Positions): Promise<Freshness> {
  // Beside a write one reads what it was decided by, and what it has made.
  if (operation?.method !== 'get' || actor === undefined) return { onPrimary: true };
  const kept = await positions.find(actor.userId);
  if (kept === 'unknown') return { onPrimary: true };
  const known = [kept, request.get('confab-position')].filter((position) => position !== undefined);
  return { positions: known, seen: readSeen(request.get('confab-seen')) };
}

/** As the specification has it; the validator has seen to that. Of a stream that is named twice the higher number counts. */
function readSeen(header: string | undefined): Map<string, number> {
  const seen = new Map<string, number>();
  for (const entry of header?.split(',') ?? []) {
    const [stream = '', seq] = entry.trim().split('=');
    seen.set(stream, Math.max(Number(seq), seen.get(stream) ?? 0));
  }
  return seen;
}

/** What was written, whether or not the request succeeded in the end, is to be found by its author from now on. */
export async function answerPosition(response: Response, output: unknown, positions: Positions): Promise<void> {
  const position = currentContext()?.position;
  if (position === undefined) return;
  response.setHeader('Confab-Position', position);
  const { actor, kept } = exchangeOf(response);
  if (kept !== undefined) return void (await kept);
  const userId = actor?.userId ?? signedIn(output);
  if (userId !== undefined) await positions.keep(userId, position);
}

/** Who signs in is known by the answer alone. */
function signedIn(output: unknown): string | undefined {
  return (output as { user?: { id: string } } | undefined)?.user?.id;
}
