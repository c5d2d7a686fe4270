import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { Schemas } from '@confab/contract';
import type { SocketProbe, TestStack } from '@confab/testing';

/** Somebody who is signed in, and speaks REST and frames by hand. */
export interface Member {
  readonly id: string;
  readonly sessionId: string;
  readonly accessToken: string;
  call<T>(method: string, path: string, body?: object): Promise<T>;
}

/** A loaded machine is no failure. */
const patienceMs = 20_000;

export async function newMember(stack: TestStack): Promise<Member> {
  const username = `u${randomUUID().slice(0, 8)}`;
  const { accessToken, sessionId, user } = await call<Schemas['AuthSession']>(stack, 'POST', '/auth/register', {
    username,
    email: `${username}@example.org`,
    password: randomUUID(),
  });
  return { id: user.id, sessionId, accessToken, call: (method, path, body) => call(stack, method, path, body, accessToken) };
}

async function call<T>(stack: TestStack, method: string, path: string, body?: object, token?: string): Promise<T> {
  const headers = { ...(body && { 'content-type': 'application/json' }), ...(token && { authorization: `Bearer ${token}` }) };
  const ask = () => stack.fetch(`${stack.baseUrl}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  let answer = await ask();
  // Redis was too slow for a request that waits for it.
  for (const until = Date.now() + patienceMs; answer.status === 503 && Date.now() < until; answer = await ask()) await delay(500);
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

export const newRoom = (owner: Member) => owner.call<Schemas['Room']>('POST', '/rooms', { name: `room ${randomUUID().slice(0, 8)}`, kind: 'public' });
export const newTicket = async (member: Member) => (await member.call<Schemas['GatewayTicket']>('POST', '/gateway/tickets')).ticket;

export interface Identified extends SocketProbe {
  readonly connectionId: string;
  readonly closeCode: number | undefined;
}

interface Given {
  readonly gateway?: number;
  readonly replaces?: string;
  readonly ticket?: string;
}

/** Sends identify and waits for nothing. */
export async function identifying(stack: TestStack, member: Member, { gateway = 0, replaces, ticket }: Given = {}): Promise<Identified> {
  const [probe, own] = await Promise.all([stack.probe({ gateway }), ticket ?? newTicket(member)]);
  const { d } = await probe.next('hello', undefined, patienceMs);
  probe.send({ t: 'identify', d: { ticket: own, ...(replaces === undefined ? {} : { replaces }) } });
  const identified: Identified & { closeCode: number | undefined } = { ...probe, connectionId: d.connectionId, closeCode: undefined };
  probe.closed(600_000).then(({ code }) => (identified.closeCode = code), () => undefined);
  return identified;
}

export async function identified(stack: TestStack, member: Member, given?: Given): Promise<Identified> {
  const probe = await identifying(stack, member, given);
  await probe.next('ready', undefined, patienceMs);
  return probe;
}

/** Whether it was let in, or with what it was turned away. */
export async function outcomeOf(probe: SocketProbe): Promise<'ready' | number> {
  try {
    await probe.next('ready', undefined, patienceMs);
    return 'ready';
  } catch {
    return (await probe.closed(patienceMs)).code;
  }
}

export const closeCode = async (probe: SocketProbe) => (await probe.closed(patienceMs)).code;

/** Everything sent before it has been handled. */
export async function answered(probe: SocketProbe): Promise<void> {
  const ref = randomUUID();
  probe.send({ t: 'unsubscribe', d: { streams: { [`room:${randomUUID()}`]: null } }, ref });
  await probe.next('error', (frame) => frame.ref === ref, patienceMs);
}

/** What it was told of somebody's presence so far. */
export const presencesOf = (probe: SocketProbe, { id }: Pick<Member, 'id'>) => probe.frames.flatMap((frame) => (frame.t === 'presence' && frame.d.userId === id ? [frame.d.state] : []));
