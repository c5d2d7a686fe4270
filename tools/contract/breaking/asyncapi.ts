import { listOf, nodeOf, resolve, show, textOf } from './change.ts';
import type { Direction, Node, Report } from './change.ts';
import { compareSchemas } from './schemas.ts';
import type { Json } from '../../generate/bundle.ts';

type Sides = { readonly old: Node; readonly new: Node };

/** The application's view: it receives what clients send. */
const directions: Readonly<Record<string, Direction>> = { receive: 'input', send: 'output' };

export function compareAsyncApi(documents: Sides, report: Report): void {
  for (const [action, direction] of Object.entries(directions)) {
    const [before, after] = [framesOf(documents.old, action), framesOf(documents.new, action)];
    for (const [name, payload] of before) {
      const path = `frame ${direction} ${name}`;
      if (after.has(name)) compareSchemas(documents, payload, after.get(name), { path, direction, report });
      else report('frame.removed', path, 'is gone');
    }
  }
  compareDoors(documents, report);
  compareCloseCodes(nodeOf(documents.old['x-close-codes']), nodeOf(documents.new['x-close-codes']), report);
}

/** Those that clients are sent. */
export const sentFrames = (document: Node): ReadonlySet<string> => new Set(framesOf(document, 'send').keys());

/** By the type that they bear on the wire, not by their name in the document. */
function framesOf(document: Node, action: string): Map<string, Json | undefined> {
  const operations = Object.values(nodeOf(document['operations'])).map(nodeOf).filter((operation) => operation['action'] === action);
  return new Map(
    operations.flatMap((operation) => listOf(operation['messages'])).map((reference) => {
      const message = resolve(document, reference);
      return [textOf(message['name']), message['payload']];
    }),
  );
}

function compareDoors(documents: Sides, report: Report): void {
  const [before, after] = [nodeOf(documents.old['channels']), nodeOf(documents.new['channels'])];
  for (const [name, value] of Object.entries(before)) {
    const [old, now] = [nodeOf(value), nodeOf(after[name])];
    if (old['address'] !== now['address']) report('server.changed', `channel ${name}`, `was at ${show(old['address'])}, is at ${show(now['address'])}`);
    const queryOf = (channel: Node): Json | undefined => nodeOf(nodeOf(channel['bindings'])['ws'])['query'];
    compareSchemas(documents, queryOf(old), queryOf(now), { path: `channel ${name} query`, direction: 'input', report });
  }
}

/** What a client does after a close is written into it. */
function compareCloseCodes(before: Node, after: Node, report: Report): void {
  for (const [code, value] of Object.entries(before)) {
    const [old, now] = [nodeOf(value)['action'], nodeOf(after[code])['action']];
    if (old !== now) report('close_code.changed', `close code ${code}`, `was ${show(old)}, is ${show(now)}`);
  }
}
