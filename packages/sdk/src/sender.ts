import { operationRoutes } from '@confab/contract';
import type { OperationId } from '@confab/contract';
import { attempt } from './attempt.ts';
import { isKeyed, withKey } from './idempotency.ts';
import { ProblemError } from './problem.ts';
import { retried } from './retry.ts';
import type { RetryRules } from './retry.ts';
import type { Seen } from './seen.ts';
import { getHeaders } from './transport.ts';
import type { Send } from './transport.ts';

/** Operations that the specification declares with `security: []`. */
export const sessionless: ReadonlySet<OperationId> = new Set<OperationId>(['registerUser', 'signIn', 'refreshSession']);

/** POSTs that take effect once however often they are sent: one has a nonce, the other answers a repetition with the same successor. */
const repeatable: ReadonlySet<OperationId> = new Set<OperationId>(['createMessage', 'refreshSession']);

/** A server that has begun to answer is given this long. */
const attemptMs = 15_000;

export interface Tokens {
  /** A token that works, as far as we know; a new one if the last was `rejected`. */
  accessToken(rejected?: string): Promise<string | undefined>;
  /** The server says that the session of this token has ended. */
  denied(accessToken: string): void;
}

export interface SenderOptions {
  baseUrl: string;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  rules: RetryRules;
  seen: Seen;
  /** Of what the application does now. */
  traceparent(): string | undefined;
  /** Aborted when the client is closed. */
  closed: AbortSignal;
}

export type Sender = (operation: OperationId) => Send;

/** Sends operations; with `tokens`, those that need a session get its token. */
export function createSender({ baseUrl, fetch, rules, seen, traceparent, closed }: SenderOptions, tokens?: Tokens): Sender {
  return (operation) => (path, options) => {
    const signal = options.signal ? AbortSignal.any([options.signal, closed]) : closed;
    const cause = traceparent();
    const headers = withKey(operation, { accept: 'application/json, application/problem+json', ...(cause === undefined ? {} : { traceparent: cause }), ...getHeaders(options.headers) });
    const url = `${baseUrl.replace(/\/+$/, '')}/api/v1${path}`;
    const once = (token: string | undefined) =>
      attempt({
        fetch,
        url,
        method: options.method ?? 'GET',
        headers: { ...headers, ...seen.headersFor(operation, path), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        body: options.body,
        signal,
        timeoutMs: attemptMs,
        answered: seen.answered,
      });
    const work = tokens && !sessionless.has(operation) ? () => authorised(once, tokens) : () => once(undefined);
    const withinMs = isRepeatable(operation) ? (options.retryWithinMs ?? rules.withinMs) : 0;
    return retried(work, { ...rules, withinMs }, signal);
  };
}

/** A token can expire under way, or by the server's clock alone; and what a server with a wrong clock has issued is not valid to the others. */
const isPassing = ({ code }: ProblemError): boolean => code === 'token.expired' || code === 'token.invalid';

/** Once more with a new token where another would do. */
async function authorised(once: (token: string | undefined) => Promise<unknown>, tokens: Tokens): Promise<unknown> {
  const token = await tokens.accessToken();
  try {
    return await once(token);
  } catch (failure) {
    if (!(failure instanceof ProblemError) || token === undefined) throw failure;
    if (failure.code === 'session.ended') tokens.denied(token);
    if (!isPassing(failure)) throw failure;
    return once(await tokens.accessToken(token));
  }
}

function isRepeatable(operation: OperationId): boolean {
  const { method } = operationRoutes[operation];
  return method === 'get' || method === 'put' || repeatable.has(operation) || isKeyed(operation);
}

