/**
 * The durable event log of rooms and users, and the one way an event is made.
 * Numbers are given under the stream's row lock and committed with the row they tell of; Redis only carries the news faster.
 */
export { createStreams } from './create-streams.ts';
export type { StreamsDeps } from './create-streams.ts';
export { encodeEvent } from './codec.ts';
export { decodeMessage } from './ephemeral.ts';
export type { ChannelMessage, Ephemeral } from './ephemeral.ts';
export type { Draft, Place, StreamEvent } from './event.ts';
export { createMessageCounter, type MessageCounter, type MessageStage } from './message-counter.ts';
export { channel, tagOf, tags } from './names.ts';
export { maintainLog } from './retention.ts';
export type { Retention } from './retention.ts';
export { AppendRefused } from './streams.ts';
export type { Appender, Appending, Appendix, Placed, Streams, Want } from './streams.ts';
