import fc from 'fast-check';
import { listOf, nodeOf, resolve } from '../breaking/change.ts';
import type { Node } from '../breaking/change.ts';
import type { Json } from '../../generate/bundle.ts';

/** What stands for a name when it shall mean something that is there: an id, a user's name, a password. */
export type Known = Readonly<Record<string, readonly string[]>>;

/** Values that fit a schema; mostly such as are there, where their name says of what. */
export function valuesOf(document: Node, known: Known, name: string, given: Json): fc.Arbitrary<Json> {
  const made = anyOf(document, known, resolve(document, given));
  const there = known[name];
  return there === undefined || there.length === 0 ? made : fc.oneof({ weight: 9, arbitrary: fc.constantFrom<Json>(...there) }, { weight: 1, arbitrary: made });
}

function anyOf(document: Node, known: Known, schema: Node): fc.Arbitrary<Json> {
  const { const: constant, enum: values, oneOf, type, pattern } = schema;
  if (constant !== undefined) return fc.constant(constant);
  if (Array.isArray(values)) return fc.constantFrom(...values);
  if (Array.isArray(schema['x-known-values'])) return fc.constantFrom(...schema['x-known-values']);
  if (Array.isArray(oneOf)) return fc.oneof(...oneOf.map((branch) => anyOf(document, known, resolve(document, branch))));
  if (type === 'object') return objectsOf(document, known, schema);
  if (type === 'array') return fc.array(valuesOf(document, known, '', schema['items'] ?? {}), { maxLength: Number(schema['maxItems'] ?? 5) });
  if (type === 'integer') return fc.integer({ min: Number(schema['minimum'] ?? 0), max: Math.min(Number(schema['maximum'] ?? 1000), 1000) });
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  const { minLength, maxLength } = { minLength: Number(schema['minLength'] ?? 0), maxLength: Number(schema['maxLength'] ?? 100) };
  const fits = (text: string): boolean => [...text].length >= minLength && [...text].length <= maxLength;
  if (typeof pattern === 'string' && pattern !== String.raw`\S`) return fc.stringMatching(new RegExp(pattern)).filter((text) => fits(text) && text.length < 2000);
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 300), size: 'max' }).filter((text) => fits(text) && (pattern === undefined || /\S/.test(text)));
}

function objectsOf(document: Node, known: Known, schema: Node): fc.Arbitrary<Json> {
  const properties = nodeOf(schema['properties']);
  const required = listOf(schema['required']) as string[];
  const max = Number(schema['maxProperties'] ?? Infinity);
  const min = Number(schema['minProperties'] ?? 0);
  const values = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, valuesOf(document, known, name, value)]));
  return fc.record(values, { requiredKeys: required }).filter((value) => Object.keys(value).length >= min && Object.keys(value).length <= max) as fc.Arbitrary<Json>;
}
