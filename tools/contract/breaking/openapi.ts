import { listOf, nodeOf, resolve, show, textOf } from './change.ts';
import type { Node, Report } from './change.ts';
import { compareSchemas } from './schemas.ts';
import type { Json } from '../../generate/bundle.ts';

const methods = ['get', 'put', 'post', 'patch', 'delete', 'head', 'options', 'trace'];

type Operation = { readonly path: string; readonly item: Node; readonly operation: Node };
type Sides<T> = { readonly old: T; readonly new: T };

export function compareOpenApi(documents: Sides<Node>, report: Report): void {
  compareServers(documents.old, documents.new, 'servers', report);
  compareSecuritySchemes(documents, report);
  const [before, after] = [operationsOf(documents.old), operationsOf(documents.new)];
  for (const [place, old] of before) {
    const now = after.get(place);
    if (now === undefined) report('operation.removed', place, 'is gone');
    else compareOperations(documents, { old, new: now }, place, report);
  }
}

/** By method and path, the names of its parameters left out: they are no part of what is sent. */
function operationsOf(document: Node): Map<string, Operation> {
  const found = new Map<string, Operation>();
  for (const [path, value] of Object.entries(nodeOf(document['paths']))) {
    const item = resolve(document, value);
    for (const method of methods.filter((name) => name in item)) found.set(`${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`, { path, item, operation: nodeOf(item[method]) });
  }
  return found;
}

/** Who waits for what an operation sets off waits in vain once it is not emitted there; where the frame itself is gone, that says it all. */
export function compareEvents(documents: Sides<Node>, frames: ReadonlySet<string>, report: Report): void {
  const after = operationsOf(documents.new);
  for (const [place, { operation }] of operationsOf(documents.old)) {
    const now = after.get(place);
    if (now === undefined) continue;
    const emitted = listOf(now.operation['x-emits']);
    const gone = listOf(operation['x-emits']).map(textOf).filter((event) => !emitted.includes(event) && frames.has(event));
    for (const event of gone) report('event.removed', `${place} ${event}`, 'is not emitted any more');
  }
}

function compareOperations(documents: Sides<Node>, { old, new: now }: Sides<Operation>, place: string, report: Report): void {
  compareServers(old.item, now.item, `${place} servers`, report);
  const [before, after] = [old.operation['operationId'], now.operation['operationId']];
  if (before !== after) report('operation.renamed', place, `generated clients call it ${show(before)}, and would call it ${show(after)}`);
  compareSecurity(old.operation['security'] ?? documents.old['security'], now.operation['security'] ?? documents.new['security'], place, report);
  compareParameters(documents, { old, new: now }, place, report);
  compareRequestBodies(documents, resolve(documents.old, old.operation['requestBody']), resolve(documents.new, now.operation['requestBody']), place, report);
  compareResponses(documents, { old: old.operation, new: now.operation }, place, report);
}

function compareServers(before: Node, after: Node, place: string, report: Report): void {
  const urlsOf = (node: Node): string[] => listOf(node['servers']).map((server) => textOf(nodeOf(server)['url']));
  const now = urlsOf(after);
  const gone = urlsOf(before).filter((url) => !now.includes(url));
  for (const url of gone) report('server.changed', `${place} ${url}`, `is gone, and there is ${now.join(', ') || 'none of its own'}`);
  if (urlsOf(before).length === 0 && now.length > 0) report('server.changed', place, `had none of its own, and has ${now.join(', ')}`);
}

/** Each way in that was open must still be enough. */
function compareSecurity(before: Json | undefined, after: Json | undefined, place: string, report: Report): void {
  const waysOf = (value: Json | undefined): string[][] => (listOf(value).length === 0 ? [[]] : listOf(value).map((way) => Object.keys(nodeOf(way))));
  for (const way of waysOf(before)) {
    const isEnough = waysOf(after).some((other) => other.every((scheme) => way.includes(scheme)));
    if (!isEnough) report('security.added', `${place} ${way.join(' with ') || 'no token'}`, 'is not enough any more');
  }
}

/** How one proves who one is; `bearerFormat` and descriptions are for people. */
const schemeWords = ['type', 'scheme', 'in', 'name', 'flows', 'openIdConnectUrl'];

function compareSecuritySchemes(documents: Sides<Node>, report: Report): void {
  const schemeOf = (document: Node, name: string): Node => resolve(document, nodeOf(nodeOf(document['components'])['securitySchemes'])[name]);
  const usedIn = (document: Node): string[] => [...operationsOf(document).values()].flatMap(({ operation }) => listOf(operation['security'] ?? document['security']).flatMap((way) => Object.keys(nodeOf(way))));
  // One that is used no more is missed where it was enough.
  const stillUsed = new Set(usedIn(documents.new));
  for (const name of new Set(usedIn(documents.old).filter((used) => stillUsed.has(used)))) {
    const [old, now] = [schemeOf(documents.old, name), schemeOf(documents.new, name)];
    for (const word of schemeWords.filter((key) => show(old[key]) !== show(now[key]))) report('security.changed', `security ${name} ${word}`, `was ${show(old[word])}, is ${show(now[word])}`);
  }
}

function compareParameters(documents: Sides<Node>, operations: Sides<Operation>, place: string, report: Report): void {
  const parametersOf = (document: Node, { path, item, operation }: Operation): Map<string, Node> => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    return new Map(
      [...listOf(item['parameters']), ...listOf(operation['parameters'])].map((value) => {
        const parameter = resolve(document, value);
        const kind = textOf(parameter['in']);
        const name = textOf(parameter['name']);
        return [`${kind} ${kind === 'path' ? names.indexOf(name) : kind === 'header' ? name.toLowerCase() : name}`, parameter];
      }),
    );
  };
  const [before, after] = [parametersOf(documents.old, operations.old), parametersOf(documents.new, operations.new)];
  for (const [key, old] of before) {
    const now = after.get(key);
    if (now === undefined) report('parameter.removed', `${place} ${key}`, 'is gone');
    else {
      compareSchemas(documents, old['schema'], now['schema'], { path: `${place} ${key}`, direction: 'input', report });
      for (const word of ['style', 'explode'].filter((name) => show(old[name]) !== show(now[name]))) report('input.narrowed', `${place} ${key} ${word}`, 'is written in another way');
    }
  }
  for (const [key, now] of after) {
    if (now['required'] === true && before.get(key)?.['required'] !== true) report('input.required', `${place} ${key}`, 'must now be sent');
  }
}

function compareRequestBodies(documents: Sides<Node>, old: Node, now: Node, place: string, report: Report): void {
  const path = `${place} body`;
  if (now['required'] === true && old['required'] !== true) report('input.required', path, 'must now be sent');
  compareContent({ old, new: now }, path, (type, before, after) => compareSchemas(documents, before, after, { path: type, direction: 'input', report }), report);
}

function compareResponses(documents: Sides<Node>, operations: Sides<Node>, place: string, report: Report): void {
  const [before, after] = [nodeOf(operations.old['responses']), nodeOf(operations.new['responses'])];
  for (const status of Object.keys(before)) {
    const path = `${place} ${status}`;
    if (!(status in after)) {
      report('status.removed', path, 'is gone');
      continue;
    }
    const [old, now] = [resolve(documents.old, before[status]), resolve(documents.new, after[status])];
    compareHeaders(documents, nodeOf(old['headers']), nodeOf(now['headers']), path, report);
    compareContent({ old, new: now }, path, (type, one, other) => compareSchemas(documents, one, other, { path: type, direction: 'output', report }), report);
  }
}

function compareHeaders(documents: Sides<Node>, before: Node, after: Node, place: string, report: Report): void {
  const named = (headers: Node): Map<string, Json> => new Map(Object.entries(headers).map(([name, header]) => [name.toLowerCase(), header]));
  const now = named(after);
  for (const [name, header] of named(before)) {
    const path = `${place} header ${name}`;
    if (!now.has(name)) report('header.removed', path, 'is gone');
    else compareSchemas(documents, resolve(documents.old, header)['schema'], resolve(documents.new, now.get(name))['schema'], { path, direction: 'output', report });
  }
}

function compareContent(sides: Sides<Node>, place: string, compare: (type: string, old: Json | undefined, now: Json | undefined) => void, report: Report): void {
  const after = nodeOf(sides.new['content']);
  for (const [type, media] of Object.entries(nodeOf(sides.old['content']))) {
    const path = type === 'application/json' || type === 'application/problem+json' ? place : `${place} ${type}`;
    if (type in after) compare(path, nodeOf(media)['schema'], nodeOf(after[type])['schema']);
    else report('content.removed', `${place} ${type}`, 'is gone');
  }
}
