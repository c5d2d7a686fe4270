import type { Json } from '../generate/bundle.ts';

type Node = { [key: string]: Json };

/** The pointers (`#/components/…`) of all that a request is made of: what clients send, directly or in a schema of a schema. */
export function inputPointers(document: Node): Set<string> {
  const found = new Set<string>();
  const walk = (value: Json | undefined): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    const { $ref: reference } = value;
    if (typeof reference === 'string' && !found.has(reference)) {
      found.add(reference);
      walk(at(document, reference));
    }
    Object.values(value).forEach(walk);
  };
  for (const item of Object.values(document['paths'] as Node)) {
    const { parameters, ...operations } = item as Node;
    walk(parameters);
    for (const operation of Object.values(operations)) {
      if (typeof operation !== 'object' || operation === null || Array.isArray(operation)) continue;
      walk(operation['parameters']);
      walk(operation['requestBody']);
    }
  }
  return found;
}

export function at(document: Node, reference: string): Json | undefined {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Json | undefined>((value, key) => (value as Node | undefined)?.[key], document);
}
