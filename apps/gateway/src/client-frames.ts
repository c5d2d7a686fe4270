import { type ClientFrame, clientFrameSchemas } from '@confab/contract';
import asyncapi from '@confab/contract/asyncapi.json' with { type: 'json' };
import { AppError } from '@confab/runtime';
import { Ajv, type ValidateFunction } from 'ajv';

export type ClientFrameType = ClientFrame['t'];

export type Received =
  | { readonly frame: ClientFrame }
  /** It had a form to answer to: the reason, and what the client called it. */
  | { readonly refused: AppError; readonly type: string; readonly ref: string | undefined }
  /** The connection must end. */
  | { readonly close: 1009 | 4400 };

const mostBytes = 4 * 1024;

/**
 * Reads frames by the schemas of the published document, compiled once at start: they are the only statement of what a
 * client may send, and a hand-written reader would be a second one.
 */
export function createFrameReader(): (data: Buffer, isBinary: boolean) => Received {
  // `generate` has checked the schemas themselves; to do so again would be a fifth of the start.
  const ajv = new Ajv({ allErrors: false, strict: false, meta: false, validateSchema: false, schemas: { document: asyncapi } });
  const checks = new Map<string, ValidateFunction>(
    Object.entries(clientFrameSchemas).map(([type, schema]) => [type, ajv.compile({ $ref: `document#/components/schemas/${schema}` })]),
  );

  return (data, isBinary) => {
    const value = isBinary ? undefined : parse(data);
    if (!isEnvelope(value)) return { close: 4400 };
    if (data.length > mostBytes && value.t !== 'identify') return { close: 1009 };
    const check = checks.get(value.t);
    const refuse = (refused: AppError): Received => ({ refused, type: value.t, ref: refOf(value) });
    if (check === undefined) return refuse(new AppError('frame.unknown'));
    if (check(value)) return { frame: value as unknown as ClientFrame };
    const errors = (check.errors ?? []).map(({ instancePath, message = 'is not valid' }) => ({ path: instancePath, message }));
    return refuse(new AppError('frame.invalid', { errors }));
  };
}

/** It is UTF-8: else ws has closed. */
function parse(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString());
  } catch {
    return undefined;
  }
}

interface Envelope {
  readonly t: string;
  readonly ref?: unknown;
}

function isEnvelope(value: unknown): value is Envelope {
  return typeof value === 'object' && value !== null && 't' in value && typeof value.t === 'string';
}

function refOf({ ref }: Envelope): string | undefined {
  return typeof ref === 'string' && ref.length > 0 && ref.length <= 64 && ref.isWellFormed() ? ref : undefined;
}
