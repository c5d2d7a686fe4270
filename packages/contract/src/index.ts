/**
 * The contract: everything that is generated from spec/. The two documents stand beside this door as
 * `@confab/contract/openapi.json` and `@confab/contract/asyncapi.json`.
 */
import type { components } from '../generated/schema.ts';

export type { components, operations, paths } from '../generated/schema.ts';
export { operationRoutes } from '../generated/operations.ts';
export type { OperationId } from '../generated/operations.ts';
export { clientFrameSchemas, eventTypes } from '../generated/frames.ts';
export type { ClientFrame, EventFrame, EventMap, EventType, ServerFrame, ServiceFrame } from '../generated/frames.ts';
export { errors } from '../generated/errors.ts';
export type { ErrorCode } from '../generated/errors.ts';
export { closeCodes } from '../generated/close-codes.ts';
export type { CloseAction, CloseCode } from '../generated/close-codes.ts';
export { operationRateLimits, rateLimits } from '../generated/rate-limits.ts';
export type { RateLimit, RateLimitClass } from '../generated/rate-limits.ts';

/** A schema's type by its name: `Schemas['Message']`. */
export type Schemas = components['schemas'];

/** A stream's name. */
export type StreamId = `room:${string}` | `user:${string}`;
