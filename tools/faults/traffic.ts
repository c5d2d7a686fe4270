import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConfab } from '@confab/sdk';
import type { Confab, Schemas } from '@confab/sdk';
import { registerPatiently } from '@confab/testing';

export interface Sample {
  readonly kind: 'send' | 'read' | 'sign in';
  /** `ok`, a code of the catalogue, `network`, or `hung`. */
  readonly outcome: string;
  readonly hasRetryAfter: boolean;
  readonly startedAt: number;
  readonly ms: number;
}

export interface Member {
  readonly confab: Confab;
  readonly username: string;
  readonly password: string;
  readonly address: string;
}

/** Longer than any limit of ours: whoever is not answered by then hangs. */
const hungMs = 30_000;

export async function enter(url: string, roomId?: string, fetchUnder: typeof globalThis.fetch = globalThis.fetch): Promise<Member> {
  const address = `10.${[...randomBytes(3)].join('.')}`;
  const fetch = (input: string, init: RequestInit) => fetchUnder(input, { ...init, headers: { ...(init.headers as Record<string, string>), 'x-forwarded-for': address } });
  const confab = createConfab({ baseUrl: url, fetch });
  const username = `member-${randomBytes(5).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  await registerPatiently(confab, { username, email: `${username}@example.org`, password });
  if (roomId !== undefined) await confab.rest.joinRoom(roomId);
  return { confab, username, password, address };
}

/** All messages of the room, the oldest first. */
export async function history({ confab }: Pick<Member, 'confab'>, roomId: string): Promise<Schemas['Message'][]> {
  const messages: Schemas['Message'][] = [];
  for (let more = true; more; ) {
    const before = messages[0]?.id;
    const page = await confab.rest.listMessages(roomId, { limit: 100, ...(before === undefined ? {} : { before }) });
    messages.unshift(...page.items);
    more = page.hasMoreBefore;
  }
  return messages;
}

/** Members who send and read without pause and without the SDK's patience, and one who signs in again and again. */
export function startTraffic(url: string, roomId: string, members: readonly Member[]) {
  const samples: Sample[] = [];
  const acknowledged: string[] = [];
  let isOver = false;

  async function ask(kind: Sample['kind'], { confab, address }: Member, method: string, path: string, body?: object): Promise<void> {
    const startedAt = performance.now();
    const told = (outcome: string, hasRetryAfter = false): void => void samples.push({ kind, outcome, hasRetryAfter, startedAt, ms: performance.now() - startedAt });
    try {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...(kind === 'sign in' ? {} : { authorization: `Bearer ${confab.auth.session?.accessToken ?? ''}` }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(hungMs),
      });
      const answer = (await response.json()) as { id?: string; code?: string };
      if (response.ok && kind === 'send' && answer.id !== undefined) acknowledged.push(answer.id);
      told(response.ok ? 'ok' : (answer.code ?? String(response.status)), response.headers.has('retry-after'));
    } catch (error) {
      told(error instanceof DOMException ? 'hung' : 'network');
    }
  }

  const working = members.map(async (member, index) => {
    for (let n = 0; !isOver; n += 1) {
      if (index === 0) await ask('sign in', { ...member, address: `10.${[...randomBytes(3)].join('.')}` }, 'POST', '/auth/login', { username: member.username, password: member.password });
      else {
        await ask('send', member, 'POST', `/rooms/${roomId}/messages`, { content: `${index}.${n}`, nonce: randomBytes(9).toString('base64url') });
        await ask('read', member, 'GET', `/rooms/${roomId}/messages?limit=5`);
      }
      await sleep(index === 0 ? 500 : 150);
    }
  });
  return {
    samples,
    acknowledged,
    async stop(): Promise<void> {
      isOver = true;
      await Promise.all(working);
    },
  };
}

/** A line for each kind: sent, answered, failed by code, slowest. */
export function summary(samples: readonly Sample[]): string[] {
  return [...Map.groupBy(samples, ({ kind }) => kind)].map(([kind, all]) => {
    const outcomes = Object.entries(Object.groupBy(all, ({ outcome }) => outcome)).filter(([outcome]) => outcome !== 'ok');
    const failed = outcomes.map(([outcome, of]) => `${of?.length ?? 0} ${outcome}`).join(', ');
    const ok = all.filter(({ outcome }) => outcome === 'ok').length;
    return `${kind}: sent ${all.length}, answered ${ok}, failed ${failed === '' ? 0 : failed}, slowest ${Math.round(Math.max(...all.map(({ ms }) => ms)))} ms`;
  });
}
