import { errors } from '@confab/contract';
import type { Schemas } from '@confab/contract';
import { createEmitter } from './emitter.ts';
import type { Logger } from './options.ts';
import { ProblemError } from './problem.ts';
import type { Rest } from './rest.ts';
import type { Tokens } from './sender.ts';
import type { Session, SessionStore } from './session.ts';

export interface AuthSignals {
  'signed-in': { user: Schemas['CurrentUser'] };
  /** `requested`: by `signOut`; `ended`: the server does not know the session any more. */
  'signed-out': { reason: 'requested' | 'ended' };
  /** A new access token. */
  refreshed: { session: Session };
}

export interface Auth {
  /** Who is signed in, as far as this client knows. */
  readonly user: Schemas['CurrentUser'] | undefined;
  readonly session: Session | undefined;
  register(input: Schemas['RegisterRequest']): Promise<Schemas['CurrentUser']>;
  signIn(input: Schemas['SignInRequest']): Promise<Schemas['CurrentUser']>;
  /** Ends the session here at once, and on the server; rejects with NetworkError where the server could not be told. */
  signOut(): Promise<void>;
  /** Takes up the stored session; undefined if there is none, or it has ended. Works without a network: a stored session is believed until the server denies it. */
  restore(): Promise<Schemas['CurrentUser'] | undefined>;
  /** Fetches a new access token now; single-flight. */
  refresh(): Promise<void>;
  on<K extends keyof AuthSignals>(type: K, handler: (event: AuthSignals[K]) => void): () => void;
}

/** Refreshed this long before its end, or a fifth of its life if that is shorter. */
const marginMs = 30_000;

export interface AuthOptions {
  /** The operations without a session's token. */
  rest: Rest;
  store: SessionStore;
  /** Whether the refresh token is to be in a cookie. */
  inCookie: boolean;
  logger: Logger;
  now(): number;
}

export function createAuth({ rest, store, inCookie, logger, now }: AuthOptions): Auth & Tokens {
  const emitter = createEmitter<AuthSignals>(logger);
  const place = inCookie ? ({ refreshTokenIn: 'cookie' } as const) : {};
  let session: Session | undefined;
  let margin = marginMs;
  let loading: Promise<void> | undefined;
  let refreshing: Promise<void> | undefined;

  /** What was stored counts only until somebody signs in or out here. */
  function load(): Promise<void> {
    loading ??= Promise.resolve(store.get()).then((stored) => {
      session ??= stored;
    });
    return loading;
  }

  async function accept(answer: Schemas['AuthSession'], askedAt: number): Promise<Session> {
    const lifeMs = answer.accessTokenExpiresInSeconds * 1_000;
    const { user, sessionId, refreshToken, accessToken } = answer;
    loading = Promise.resolve();
    margin = Math.min(marginMs, lifeMs / 5);
    session = { user, sessionId, ...(refreshToken === undefined ? {} : { refreshToken }), accessToken, expiresAt: askedAt + lifeMs };
    const accepted = session;
    await store.set(accepted);
    return accepted;
  }

  async function enter(asking: () => Promise<Schemas['AuthSession']>): Promise<Schemas['CurrentUser']> {
    const askedAt = now();
    const answer = await asking();
    if (session) await forget(session, 'requested');
    const { user } = await accept(answer, askedAt);
    void emitter.emit('signed-in', { user });
    return user;
  }

  /** Another tab may have signed in meanwhile: its session in the shared store is not ours to clear. */
  async function forget(ending: Session, reason: 'requested' | 'ended'): Promise<void> {
    if (session?.sessionId !== ending.sessionId) return;
    session = undefined;
    loading = Promise.resolve();
    const stored = await store.get();
    if (stored?.sessionId === ending.sessionId) await store.clear();
    void emitter.emit('signed-out', { reason });
  }

  /** Another tab may have refreshed already: then what it got is in the store. */
  async function adopt(mine: Session): Promise<boolean> {
    const stored = await store.get();
    if (stored?.sessionId !== mine.sessionId || stored.accessToken === mine.accessToken) return false;
    if (session?.sessionId === mine.sessionId) session = stored;
    return stored.expiresAt - margin > now();
  }

  async function renew(): Promise<void> {
    await load();
    const mine = session;
    if (!mine) throw new ProblemError({ status: 401, code: 'auth.required', title: errors['auth.required'].title });
    if (!(await adopt(mine))) await exchange(session ?? mine);
    if (session) void emitter.emit('refreshed', { session });
  }

  async function successor({ sessionId, refreshToken }: Session): Promise<Schemas['AuthSession']> {
    const answer = await rest.refreshSession(refreshToken === undefined ? {} : { refreshToken });
    // Tabs share one cookie: another one has signed in as somebody else.
    if (answer.sessionId !== sessionId) throw new ProblemError({ status: 401, code: 'session.ended', title: errors['session.ended'].title });
    return answer;
  }

  async function exchange(mine: Session): Promise<void> {
    const askedAt = now();
    try {
      const answer = await successor(mine);
      if (session?.sessionId === mine.sessionId) await accept(answer, askedAt);
    } catch (failure) {
      if (!(failure instanceof ProblemError) || failure.status !== 401) throw failure;
      if (await adopt(mine)) return;
      await forget(mine, 'ended');
      throw failure;
    }
  }

  /** A page that was opened anew may know of its session by the cookie alone. */
  async function enterByCookie(): Promise<void> {
    const askedAt = now();
    try {
      const answer = await rest.refreshSession({});
      if (!session) await accept(answer, askedAt);
    } catch (failure) {
      if (!(failure instanceof ProblemError) || failure.status !== 401) throw failure;
    }
  }

  function refresh(): Promise<void> {
    refreshing ??= renew().finally(() => (refreshing = undefined));
    return refreshing;
  }

  /** The last use of a session: its end, on the server. */
  async function end(ending: Session): Promise<void> {
    const { accessToken } = ending.expiresAt - margin > now() ? ending : await successor(ending);
    await rest.signOut({ headers: { authorization: `Bearer ${accessToken}` } });
  }

  return {
    get user() {
      return session?.user;
    },
    get session() {
      return session;
    },
    register: (input) => enter(() => rest.registerUser({ ...place, ...input })),
    signIn: (input) => enter(() => rest.signIn({ ...place, ...input })),
    async signOut() {
      await load();
      const ending = session;
      if (!ending) return;
      await forget(ending, 'requested');
      await end(ending).catch((failure: unknown) => {
        if (!(failure instanceof ProblemError) || failure.status !== 401) throw failure;
      });
    },
    async restore() {
      await load();
      try {
        if (session && session.expiresAt - margin <= now()) await refresh();
        else if (!session && inCookie) await enterByCookie();
      } catch (failure) {
        logger.warn('the stored session could not be refreshed', { error: failure });
      }
      return session?.user;
    },
    refresh,
    on: emitter.on,
    async accessToken(rejected) {
      await load();
      if (!session) return undefined;
      if (session.accessToken === rejected) await refresh();
      else if (session.expiresAt - margin <= now()) await refresh().catch((failure: unknown) => keepWhileGood(failure));
      return session?.accessToken;
    },
    denied(accessToken) {
      if (session?.accessToken === accessToken) void forget(session, 'ended');
    },
  };

  /** A refresh that failed before the old token's end did no harm yet. */
  function keepWhileGood(failure: unknown): void {
    if (!session || session.expiresAt <= now()) throw failure;
  }
}
