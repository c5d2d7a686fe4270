import type { AsyncApi } from './bundle.ts';
import { header, quote } from './text.ts';

/** The unions of frames by direction, and the map from an event's type to its data. */
export function renderFrames(asyncapi: AsyncApi): string {
  const frames = Object.entries(asyncapi.components.messages).map(([key, message]) => ({
    direction: /^(client|server|event)/.exec(key)?.[1],
    type: message.name,
    schema: message.payload.$ref.replace('#/components/schemas/', ''),
  }));
  const of = (direction: string) => frames.filter((frame) => frame.direction === direction);
  const union = (direction: string) => of(direction).map((frame) => `\n  | Schemas[${quote(frame.schema)}]`).join('');
  const events = of('event').map((frame) => `  ${quote(frame.type)}: Schemas[${quote(frame.schema)}]['d'];`);
  return [
    header,
    "import type { components } from './schema.ts';",
    '',
    "type Schemas = components['schemas'];",
    '',
    `export type ClientFrame =${union('client')};`,
    '',
    '/** What the gateway says for itself. */',
    `export type ServiceFrame =${union('server')};`,
    '',
    '/** What happened in a stream. */',
    `export type EventFrame =${union('event')};`,
    '',
    'export type ServerFrame = ServiceFrame | EventFrame;',
    '',
    '/** Event type -> its data. */',
    `export interface EventMap {\n${events.join('\n')}\n}`,
    '',
    'export type EventType = keyof EventMap;',
    '',
    `export const eventTypes = [${of('event').map((frame) => quote(frame.type)).join(', ')}] as const satisfies EventType[];`,
    '',
    '/** Frame type -> the schema of the frames a client may send. */',
    `export const clientFrameSchemas = {\n${of('client').map((frame) => `  ${quote(frame.type)}: ${quote(frame.schema)},`).join('\n')}\n} as const;`,
    '',
  ].join('\n');
}
