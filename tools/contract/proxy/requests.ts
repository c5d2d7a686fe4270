import fc from 'fast-check';
import type { Node } from '../breaking/change.ts';
import { isNode } from '../breaking/change.ts';
import type { Json } from '../../generate/bundle.ts';
import type { Operation } from './operations.ts';
import { valuesOf } from './values.ts';
import type { Known } from './values.ts';

export interface Call {
  readonly operation: Operation;
  readonly path: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  /** Which of the users sends it, as a share of them. */
  readonly as: number;
}

/** Requests as the document describes them, and as many with something wrong. The same seed makes the same. */
export function makeCalls(document: Node, operations: readonly Operation[], known: Known, { count, seed }: { count: number; seed: number }): Call[] {
  const calls = fc.oneof(...operations.map((operation) => ({ weight: operation.isScarce ? 1 : 6, arbitrary: validCalls(document, operation, known) })));
  return fc.sample(fc.oneof(calls, calls.chain(mutated)), { numRuns: count, seed });
}

function validCalls(document: Node, operation: Operation, known: Known): fc.Arbitrary<Call> {
  const group = (place: string): fc.Arbitrary<Record<string, Json>> => {
    const all = operation.parameters.filter((parameter) => parameter.in === place);
    const values = Object.fromEntries(all.map(({ name, schema }) => [name, valuesOf(document, known, name, schema)]));
    return fc.record(values, { requiredKeys: all.filter(({ required }) => required).map(({ name }) => name) });
  };
  // One anchor at most, which no schema says.
  const oneAnchor = (query: Record<string, Json>): [string, string][] => {
    const anchors = ['before', 'after', 'around'].filter((name) => name in query);
    return Object.entries(query).filter(([name]) => !anchors.slice(1).includes(name)).map(([name, value]) => [name, text(value)]);
  };
  const strings = (values: Record<string, Json>): Record<string, string> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
  return fc.record({
    operation: fc.constant(operation),
    path: group('path').map(strings),
    query: group('query').map(oneAnchor),
    headers: group('header').map(strings),
    body: operation.body === undefined ? fc.constant(undefined) : valuesOf(document, known, '', operation.body),
    // Or nearly all would be made by the first and the last of them, who would soon be over their limits.
    as: fc.noBias(fc.integer({ min: 0, max: 999_999 })).map((share) => share / 1_000_000),
  });
}

const text = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

const hostile: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, -1, 0.5, 1e308, [], {}, [[]], '', ' ', '\0', '\u202e', '\ud800', 'x'.repeat(5000), '../..', "' OR 1=1 --", '{{7*7}}', '<script>', '%00', '9007199254740993'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
/** What a header or a path can carry at all. */
const hostileText = fc.oneof(fc.constantFrom('-', '0', 'null', 'x'.repeat(3000), '%00', '%ff', '1e999', '..%2f'), fc.stringMatching(/^[!-~]{1,40}$/));

function mutated(call: Call): fc.Arbitrary<Call> {
  const { body, path, query, headers } = call;
  const ways: fc.Arbitrary<Partial<Call>>[] = [
    hostileText.map((value) => ({ query: [...query, ['surplus', value] as const] })),
    fc.constant({ headers: { ...headers, authorization: 'Bearer a.b.c' } }),
    fc.constant({ headers: { ...headers, authorization: '' } }),
    hostileText.map((value) => ({ headers: { ...headers, 'confab-seen': value, 'x-request-id': value } })),
  ];
  const pathNames = Object.keys(path);
  if (pathNames.length > 0) ways.push(fc.tuple(fc.constantFrom(...pathNames), hostileText).map(([name, value]) => ({ path: { ...path, [name]: value } })));
  const queryNames = call.operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  if (queryNames.length > 0) ways.push(fc.tuple(fc.constantFrom(...queryNames), hostileText).map(([name, value]) => ({ query: [...query, [name, value] as const] })));
  if (body !== undefined) ways.push(...bodiesAmiss(body).map((arbitrary) => arbitrary.map((value) => ({ body: value }))), hostileText.map((value) => ({ headers: { ...headers, 'idempotency-key': value } })));
  return fc.oneof(...ways).map((change) => ({ ...call, ...change }));
}

function bodiesAmiss(body: Json): fc.Arbitrary<Json>[] {
  const names = isNode(body) ? Object.keys(body) : [];
  const ways = [hostile, hostile.map((value) => ({ ...(body as Node), surplus: value }))];
  if (names.length === 0) return ways;
  return [
    ...ways,
    fc.tuple(fc.constantFrom(...names), hostile).map(([name, value]) => ({ ...(body as Node), [name]: value })),
    fc.constantFrom(...names).map((name) => Object.fromEntries(Object.entries(body as Node).filter(([key]) => key !== name))),
  ];
}
