import { errors } from '@confab/contract';
import type { ErrorCode, Schemas } from '@confab/contract';
import type { Check } from './schemas.ts';

export const problemType = 'application/problem+json';

/** What a schema cannot say of an error's body: that it agrees with the response around it and with the catalogue. */
export function checkProblem(body: unknown, response: Response, checkSchema: Check): string | undefined {
  const wrong = checkSchema(body);
  if (wrong !== undefined) return wrong;
  const problem = body as Schemas['Problem'];
  if (problem.status !== response.status) return `says status ${problem.status}`;
  if (problem.requestId !== response.headers.get('x-request-id')) return `its requestId ${problem.requestId} is not X-Request-Id`;
  return disagreement(problem);
}

/** With the catalogue; for the problems in error frames, too. */
export function disagreement(problem: Schemas['Problem']): string | undefined {
  if (!Object.hasOwn(errors, problem.code)) return `its code ${problem.code} is not in the catalogue`;
  const entry = errors[problem.code as ErrorCode];
  const differing = (['status', 'title', 'retryable'] as const).filter((key) => problem[key] !== entry[key]);
  return differing.length === 0 ? undefined : `its ${differing.join(', ')} differ from the catalogue's for ${problem.code}`;
}
