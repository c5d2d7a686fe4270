import { constraintError } from '@confab/db';
import { AppError, type FieldError } from '@confab/runtime';

type Foreign = { status?: unknown; type?: unknown; path?: unknown; message?: unknown; errors?: unknown };

/** Whatever was thrown, as an error of the catalogue. The original stays as its cause, for the log alone. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  // The parser first: to the database's eyes a caller who hangs up is a lost connection.
  return fromParser(Object(error)) ?? fromValidator(Object(error)) ?? new AppError(constraintError(error) ?? 'internal.error', { cause: error });
}

/** body-parser names what went wrong. */
function fromParser(error: Foreign): AppError | undefined {
  if (error.type === 'entity.too.large') return new AppError('request.too_large', { cause: error });
  if (error.type === 'encoding.unsupported')
    return new AppError('request.unsupported_media_type', { detail: 'The body must not be compressed.', cause: error });
  if (error.type === 'entity.parse.failed' || error.type === 'request.aborted' || error.type === 'request.size.invalid')
    return new AppError('request.malformed', { cause: error });
  return undefined;
}

/** The validator's own errors, and what the router says of a path it cannot decode, bear a status. */
function fromValidator(error: Foreign): AppError | undefined {
  if (error.status !== 400) return undefined;
  const errors = Array.isArray(error.errors) ? error.errors.flatMap(fieldError) : [];
  return new AppError('request.invalid', errors.length > 0 ? { errors, cause: error } : { cause: error });
}

function fieldError({ path, message }: Foreign): FieldError[] {
  if (typeof path !== 'string' || typeof message !== 'string') return [];
  const [, place, rest] = /^\/(params|query|body|headers)(\/.*)?$/s.exec(path) ?? [];
  if (place === undefined) return [];
  return [{ path: `/${place === 'params' ? 'path' : place}${rest ?? ''}`.slice(0, 200), message: message.slice(0, 300) }];
}
