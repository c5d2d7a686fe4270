import type { TestApp, TcpProxy } from '@confab/testing';
import { now } from './recorder.ts';
import type { Recorder } from './recorder.ts';

export interface Route {
  readonly app: TestApp;
  readonly proxy: TcpProxy;
}

export interface Routes {
  fetchFor(address: string, recorder: Recorder): (url: string, init: RequestInit) => Promise<Response>;
  /** Every request is sent a second time at once; the client is given the first answer. */
  twice: boolean;
  stop(): void;
}

/**
 * What a balancer does before several APIs: each request goes to the next of those that live, and what one that stopped living still
 * owes is given up. By their liveness, as docs/degradation.md says, not by readiness.
 */
export function startRoutes(routes: readonly Route[], { everyMs = 300, patienceMs = 1_500 } = {}): Routes {
  const live = new Set(routes);
  const owed = new Map<Route, Set<AbortController>>(routes.map((route) => [route, new Set()]));
  let turn = 0;
  const looking = new Map<Route, Promise<void>>();

  async function look(route: Route): Promise<void> {
    const isLive = await fetch(`http://127.0.0.1:${route.app.opsPort}/health/live`, { signal: AbortSignal.timeout(patienceMs) }).then(async (answer) => (await answer.text(), answer.ok), () => false);
    if (isLive) return void live.add(route);
    live.delete(route);
    for (const request of owed.get(route) ?? []) request.abort(new Error('the process is not there'));
  }
  const timer = setInterval(() => {
    for (const route of routes) if (!looking.has(route)) looking.set(route, look(route).finally(() => looking.delete(route)));
  }, everyMs);

  async function once(url: string, init: RequestInit): Promise<Response> {
    const all = live.size > 0 ? [...live] : routes;
    const route = all[turn++ % all.length] as Route;
    const giveUp = new AbortController();
    const requests = owed.get(route);
    requests?.add(giveUp);
    try {
      const signal = init.signal instanceof AbortSignal ? AbortSignal.any([init.signal, giveUp.signal]) : giveUp.signal;
      const target = new URL(url);
      target.port = new URL(route.proxy.url).port;
      const answer = await fetch(target, { ...init, signal });
      const body = [204, 304].includes(answer.status) ? null : await answer.arrayBuffer();
      return new Response(body, { status: answer.status, headers: answer.headers });
    } finally {
      requests?.delete(giveUp);
    }
  }

  const self: Routes = {
    twice: false,
    fetchFor: (address, { answers }) => async (url, init) => {
      const startedAt = now();
      const asked = { ...init, headers: { ...(init.headers as Record<string, string>), 'x-forwarded-for': address } };
      try {
        const both = self.twice ? [once(url, asked), once(url, asked)] : [once(url, asked)];
        const [first] = await Promise.allSettled(both);
        if (first?.status === 'fulfilled') return first.value;
        throw first?.reason;
      } finally {
        answers.push({ startedAt, ms: now() - startedAt });
      }
    },
    stop: () => clearInterval(timer),
  };
  return self;
}
