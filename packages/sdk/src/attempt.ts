import type { Schemas } from '@confab/contract';
import { NetworkError, ProblemError } from './problem.ts';
import { parseRetryAfter } from './retry.ts';

export interface Attempt {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  url: string;
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  signal: AbortSignal;
  timeoutMs: number;
  /** Sees every answer of the server, with the body of a success. */
  answered(headers: Headers, body: unknown): void;
}

/** One request and its whole answer: the body, a ProblemError, a NetworkError, or the reason of the caller's abort. */
export async function attempt(request: Attempt): Promise<unknown> {
  const { response, text } = await exchange(request);
  const body = response.ok && text !== '' ? parseBody(text) : undefined;
  request.answered(response.headers, body);
  if (response.ok) return body;
  throw new ProblemError(
    { ...parseProblem(response, text), status: response.status },
    parseRetryAfter(response.headers.get('retry-after'), Date.now()),
  );
}

async function exchange({ fetch, url, method, headers, body, signal, timeoutMs }: Attempt): Promise<{ response: Response; text: string }> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, late.signal]),
    });
    return { response, text: await response.text() };
  } catch (cause) {
    signal.throwIfAborted();
    throw new NetworkError(`${method} ${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new NetworkError('the answer is not JSON', { cause });
  }
}

/** A proxy's error page is no problem document; its status still says something. */
function parseProblem(response: Response, text: string): Partial<Schemas['Problem']> {
  if (!response.headers.get('content-type')?.includes('json')) return {};
  try {
    const body = JSON.parse(text) as unknown;
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
