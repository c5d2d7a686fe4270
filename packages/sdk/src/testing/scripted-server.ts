import type { ErrorCode } from '@confab/contract';
import { errors } from '@confab/contract';

export interface Request {
  method: string;
  path: string;
  authorization: string | undefined;
  body: unknown;
  key?: string;
}

type Answer = Response | Error | Promise<Response>;

/** A network that answers as a test says; everything that was asked is in `requests`. An Error is a failure of the network. */
export function createScriptedServer(answer: (request: Request, n: number) => Answer) {
  const requests: Request[] = [];
  return {
    requests,
    async fetch(url: string, init: RequestInit): Promise<Response> {
      const headers = new Headers(init.headers);
      const request = {
        method: init.method ?? 'GET',
        path: url.replace('http://confab.test/api/v1', ''),
        authorization: headers.get('authorization') ?? undefined,
        body: typeof init.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined,
        ...(headers.has('idempotency-key') ? { key: headers.get('idempotency-key') ?? '' } : {}),
      };
      requests.push(request);
      init.signal?.throwIfAborted();
      const answered = answer(request, requests.length - 1);
      if (answered instanceof Error) throw answered;
      return Promise.race([answered, new Promise<never>((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)))]);
    },
  };
}

export const cut = (): Error => new TypeError('fetch failed');

export const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

export function problem(code: ErrorCode, headers: Record<string, string> = {}): Response {
  const body = { type: `/docs/errors#${code}`, code, requestId: 'request-1', ...errors[code] };
  return new Response(JSON.stringify(body), { status: body.status, headers: { 'content-type': 'application/problem+json', ...headers } });
}

export function session(generation: number, seconds = 900) {
  return {
    user: { id: 'u', kind: 'person', username: 'ada', displayName: 'Ada', email: null, createdAt: '2026-01-01T00:00:00.000Z' },
    sessionId: 's',
    accessToken: `access-${generation}`,
    accessTokenExpiresInSeconds: seconds,
    refreshToken: `refresh-${generation}`,
  };
}
