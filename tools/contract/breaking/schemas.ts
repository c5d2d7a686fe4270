import { isNode, listOf, nodeOf, resolve, show, textOf } from './change.ts';
import type { Direction, Node, Report } from './change.ts';
import type { Json } from '../../generate/bundle.ts';

type Sides = { readonly old: Node; readonly new: Node };
type Place = { readonly path: string; readonly direction: Direction; readonly report: Report };

/** The lower (minimum) or the higher (maximum), the more is refused. */
const floors = ['minLength', 'minimum', 'exclusiveMinimum', 'minItems', 'minProperties'];
const ceilings = ['maxLength', 'maximum', 'exclusiveMaximum', 'maxItems', 'maxProperties'];
/** Whatever they became, it is not known to take all that was taken. */
const opaque = ['pattern', 'multipleOf', 'uniqueItems', 'propertyNames', 'patternProperties', 'dependentRequired', 'dependentSchemas', 'if', 'then', 'else', 'not', 'prefixItems', 'contains'];

/** Compares what two documents say of one value, in the direction in which it travels. */
export function compareSchemas(documents: Sides, old: Json | undefined, now: Json | undefined, from: Place, seen: ReadonlySet<string> = new Set()): void {
  const [oldName, newName] = [nameOf(old), nameOf(now)];
  const pair = `${oldName} ${newName}`;
  const isNamed = oldName !== undefined && newName !== undefined;
  if (isNamed && seen.has(pair)) return;
  const within = isNamed ? new Set([...seen, pair]) : seen;
  // A schema that stands in many places is one place, or each of its changes would be told a hundred times.
  const place = isNamed && oldName === newName ? { ...from, path: `${from.direction} ${oldName}` } : from;
  const before = resolve(documents.old, old);
  const after = resolve(documents.new, now);
  if (place.direction === 'input') compareDefaults(before, after, place);
  if (isUnion(before) || isUnion(after)) return compareUnions(documents, old, now, place, within);
  compareConjuncts(documents, before, after, place, within);
  compareTypes(before, after, place);
  compareValues(before, after, place);
  if (place.direction === 'input') compareBounds(before, after, place);
  compareFormats(before, after, place);
  compareProperties(documents, before, after, place, within);
  if (before['items'] !== undefined || after['items'] !== undefined) compareSchemas(documents, before['items'] ?? {}, after['items'] ?? {}, { ...place, path: `${place.path}[]` }, within);
}

const nameOf = (value: Json | undefined): string | undefined => {
  const reference = nodeOf(value)['$ref'];
  return typeof reference === 'string' ? reference.split('/').at(-1) : undefined;
};

const isUnion = (schema: Node): boolean => schema['oneOf'] !== undefined || schema['anyOf'] !== undefined;

/** Each branch that may arrive must find one on the other side that takes it. */
function compareUnions(documents: Sides, old: Json | undefined, now: Json | undefined, place: Place, seen: ReadonlySet<string>): void {
  const branches = (document: Node, value: Json | undefined): Json[] => {
    const { oneOf, anyOf, default: _default, ...whole } = resolve(document, value);
    return [...listOf(oneOf), ...listOf(anyOf)].length > 0 ? [...listOf(oneOf), ...listOf(anyOf)] : [whole];
  };
  const [before, after] = [branches(documents.old, old), branches(documents.new, now)];
  const fits = (one: Json, other: Json): boolean => {
    let isFit = true;
    compareSchemas(documents, one, other, { ...place, report: () => void (isFit = false) }, seen);
    return isFit;
  };
  if (place.direction === 'input') {
    for (const branch of before.filter((one) => !after.some((other) => fits(one, other)))) place.report('input.narrowed', `${place.path} ${show(branch)}`, 'is not taken any more');
  } else {
    for (const branch of after.filter((one) => !before.some((other) => fits(other, one)))) place.report('output.widened', `${place.path} ${show(branch)}`, 'may now be sent');
  }
}

function compareConjuncts(documents: Sides, before: Node, after: Node, place: Place, seen: ReadonlySet<string>): void {
  const [old, now] = [listOf(before['allOf']), listOf(after['allOf'])];
  for (let index = 0; index < Math.max(old.length, now.length); index += 1) {
    compareSchemas(documents, old[index] ?? {}, now[index] ?? {}, { ...place, path: `${place.path}&${index}` }, seen);
  }
}

function compareTypes(before: Node, after: Node, { path, direction, report }: Place): void {
  const [old, now] = [typesOf(before), typesOf(after)];
  const [from, into] = direction === 'input' ? [old, now] : [now, old];
  if (into === undefined) return;
  const lost = from === undefined ? ['anything'] : from.filter((type) => !into.includes(type) && !(type === 'integer' && into.includes('number')));
  for (const type of lost) {
    if (direction === 'input') report('input.narrowed', `${path} type ${type}`, 'is not taken any more');
    else report('output.widened', `${path} type ${type}`, 'may now be sent');
  }
}

const typesOf = ({ type }: Node): string[] | undefined => (type === undefined ? undefined : Array.isArray(type) ? type.map(textOf) : [textOf(type)]);

/** Open enums name what they know in `x-known-values`. */
function compareValues(before: Node, after: Node, { path, direction, report }: Place): void {
  const valuesOf = (schema: Node): Json[] | undefined => ('const' in schema ? [schema['const'] as Json] : Array.isArray(schema['enum']) ? schema['enum'] : undefined);
  const [old, now] = [valuesOf(before), valuesOf(after)];
  for (const value of [...missing(old ?? [], now), ...missing(listOf(before['x-known-values']), listOf(after['x-known-values']))]) report('value.removed', `${path} ${show(value)}`, 'is gone');
  if (direction === 'input' && old === undefined && now !== undefined) report('input.narrowed', `${path} enum`, `only ${show(now)} is taken`);
  if (direction === 'output' && old !== undefined) {
    if (now === undefined) report('output.widened', `${path} enum`, 'may now be anything');
    for (const value of missing(now ?? [], old)) report('output.widened', `${path} ${show(value)}`, 'may now be sent');
  }
}

const missing = (values: readonly Json[], among: readonly Json[] | undefined): Json[] => values.filter((value) => among !== undefined && !among.some((other) => show(other) === show(value)));

function compareBounds(before: Node, after: Node, { path, report }: Place): void {
  const say = (key: string): void => report('input.narrowed', `${path} ${key}`, `was ${show(before[key])} and is ${show(after[key])}`);
  for (const key of floors) if (after[key] !== undefined && Number(after[key]) > Number(before[key] ?? -Infinity)) say(key);
  for (const key of ceilings) if (after[key] !== undefined && Number(after[key]) < Number(before[key] ?? Infinity)) say(key);
  for (const key of opaque) if (after[key] !== undefined && show(after[key]) !== show(before[key])) say(key);
}

function compareFormats(before: Node, after: Node, { path, direction, report }: Place): void {
  const [old, now] = [before['format'], after['format']];
  if (old === now) return;
  if (direction === 'input' && now !== undefined) report('input.narrowed', `${path} format`, `was ${show(old)} and is ${show(now)}`);
  if (direction === 'output' && old !== undefined) report('output.widened', `${path} format`, `was ${show(old)} and is ${show(now)}`);
}

/** What is left out means something else from now on. Where no default was named, none was promised. */
function compareDefaults(before: Node, after: Node, { path, report }: Place): void {
  const [old, now] = [before['default'], after['default']];
  if (old !== undefined && show(old) !== show(now)) report('default.changed', path, `was ${show(old)} and is ${show(now)}`);
}

function compareProperties(documents: Sides, before: Node, after: Node, place: Place, seen: ReadonlySet<string>): void {
  const [old, now] = [nodeOf(before['properties']), nodeOf(after['properties'])];
  const [needed, needs] = [listOf(before['required']), listOf(after['required'])];
  const below = (key: string): Place => ({ ...place, path: `${place.path}.${key}` });
  for (const key of Object.keys(old)) {
    if (key in now) compareSchemas(documents, old[key], now[key], below(key), seen);
    else place.report('field.removed', below(key).path, 'is gone');
  }
  if (place.direction === 'input') {
    for (const key of needs.filter((name) => !needed.includes(name))) place.report('input.required', below(textOf(key)).path, 'must now be sent');
  } else {
    for (const key of needed.map(textOf).filter((name) => !needs.includes(name) && name in now)) place.report('field.optional', below(key).path, 'may now be absent');
  }
  const [oldRest, newRest] = [before['additionalProperties'] ?? true, after['additionalProperties'] ?? true];
  if (place.direction === 'input' && oldRest !== false && newRest === false) place.report('input.narrowed', `${place.path}.*`, 'other fields are not taken any more');
  // A map's entries are its fields; an object that was merely open promised none.
  if (place.direction === 'output' && isNode(oldRest) && newRest === false) place.report('field.removed', `${place.path}.*`, 'no entries are sent any more');
  if (oldRest !== false && newRest !== false && (oldRest !== true || newRest !== true)) compareSchemas(documents, oldRest === true ? {} : oldRest, newRest === true ? {} : newRest, below('*'), seen);
}
