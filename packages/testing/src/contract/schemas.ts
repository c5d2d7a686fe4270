import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';

type Json = { readonly [key: string]: unknown };

export type Check = (value: unknown) => string | undefined;

export interface Schemas {
  check(pointer: string): Check;
}

const known = new WeakMap<object, Schemas>();

/**
 * Checks against a bundled document, with its objects closed: for clients they are open, but a field that the spec does not name
 * is a mistake of ours. Answers what is wrong, or undefined. A document's are made once, for it takes longer than most tests.
 */
export function schemasOf(document: object): Schemas {
  const schemas = known.get(document) ?? createSchemas(document);
  known.set(document, schemas);
  return schemas;
}

function createSchemas(document: object): Schemas {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(closed(document) as Json, 'document');
  const checks = new Map<string, Check>();
  return {
    check(pointer) {
      const made = checks.get(pointer);
      if (made !== undefined) return made;
      const validate = ajv.compile({ $ref: `document#${pointer}` });
      const check: Check = (value) => (validate(value) ? undefined : describe(validate.errors ?? []));
      checks.set(pointer, check);
      return check;
    },
  };
}

/** Walks the whole document: only schemas say `type: object`. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]));
  if (!isObjectSchema(copy)) return copy;
  if ('allOf' in copy || 'anyOf' in copy || 'oneOf' in copy) throw new Error(`the harness cannot close a composed object: ${JSON.stringify(value).slice(0, 200)}`);
  return 'additionalProperties' in copy ? copy : { ...copy, additionalProperties: false };
}

const isObjectSchema = ({ type }: Json): boolean => type === 'object' || (Array.isArray(type) && type.includes('object'));

const describe = (errors: readonly ErrorObject[]): string =>
  errors.map(({ instancePath, message, params }) => `${instancePath || 'it'} ${message} ${JSON.stringify(params)}`).join('; ');
