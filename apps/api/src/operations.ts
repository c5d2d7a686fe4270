import type { operations } from '@confab/contract';
import type { Actor, Core, Device } from '@confab/core';
import type { RefreshCookie } from './http/refresh-cookie.ts';
import { authRoutes } from './routes/auth.routes.ts';
import { gatewayRoutes } from './routes/gateway.routes.ts';
import { membersRoutes } from './routes/members.routes.ts';
import { messagesRoutes } from './routes/messages.routes.ts';
import { roomsRoutes } from './routes/rooms.routes.ts';
import { usersRoutes } from './routes/users.routes.ts';

export type Context = {
  /** Throws in an operation that the specification opens to everybody: it has none. */
  readonly actor: Actor;
  readonly device: Device;
  readonly refreshCookie: RefreshCookie;
  /** Under which the request takes effect once, in the operations whose specification has it. */
  readonly idempotencyKey: string | undefined;
};

type Operation = keyof operations;
type Given<T> = [Exclude<T, undefined>] extends [never] ? Record<string, never> : Exclude<T, undefined>;
type Content<T> = T extends { content: { 'application/json': infer Body } } ? Body : undefined;

/** What the validator has let through. */
export type Input<K extends Operation> = {
  readonly path: Given<operations[K]['parameters']['path']>;
  readonly query: Given<operations[K]['parameters']['query']>;
  readonly body: operations[K] extends { requestBody: infer Body } ? Content<Body> : undefined;
};

type Responses<K extends Operation> = operations[K]['responses'];
type Success<K extends Operation> = Extract<keyof Responses<K>, 200 | 201 | 202 | 204>;
type Reply<K extends Operation> = { [S in Success<K>]: { status: S; body: Content<Responses<K>[S]>; headers?: Record<string, string> } }[Success<K>];
type IsOne<T, All = T> = T extends T ? ([All] extends [T] ? true : false) : never;

/** The body where the specification knows one way to succeed, else the status with its body. */
export type Output<K extends Operation> = IsOne<Success<K>> extends true ? BodyOrNothing<Content<Responses<K>[Success<K>]>> : Reply<K>;
type BodyOrNothing<T> = [T] extends [undefined] ? void : T;

export type Handler<K extends Operation> = (input: Input<K>, context: Context) => Promise<Output<K>>;
export type Operations = { [K in Operation]: Handler<K> };

/** Every operation of the specification, or it does not compile. */
export function createOperations(core: Core): Operations {
  return {
    ...authRoutes(core),
    ...usersRoutes(core),
    ...roomsRoutes(core),
    ...membersRoutes(core),
    ...messagesRoutes(core),
    ...gatewayRoutes(core),
  };
}
