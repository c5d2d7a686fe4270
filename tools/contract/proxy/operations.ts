import { listOf, nodeOf, resolve } from '../breaking/change.ts';
import type { Node } from '../breaking/change.ts';
import type { Json } from '../../generate/bundle.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Json;
}
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Json | undefined;
  /** A user may do it a few times only, or once: more would be refusals alone. */
  readonly isScarce: boolean;
}

/** What is mounted below the base path; the rest has servers of its own. */
export function operationsOf(document: Node): Operation[] {
  return Object.entries(nodeOf(document['paths']))
    .filter(([, item]) => !('servers' in nodeOf(item)))
    .flatMap(([path, item]) => {
      const { parameters, ...methods } = nodeOf(item);
      return Object.entries(methods).map(([method, value]) => {
        const operation = nodeOf(value);
        const all = [...listOf(parameters), ...listOf(operation['parameters'])].map((entry) => resolve(document, entry));
        return {
          id: operation['operationId'] as string,
          method: method.toUpperCase(),
          path,
          parameters: all.map((entry) => ({ name: entry['name'] as string, in: entry['in'] as Parameter['in'], required: entry['required'] === true, schema: entry['schema'] ?? {} })),
          isScarce: ['secret', 'session', 'register'].includes(operation['x-rate-limit'] as string),
          body: nodeOf(nodeOf(resolve(document, operation['requestBody'])['content'])['application/json'])['schema'],
        };
      });
    });
}

