import { operationRoutes } from '@confab/contract';
import type { OperationId } from '@confab/contract';
import * as operations from '../generated/rest.ts';
import { boundTo } from './transport.ts';
import type { RequestOptions, Send } from './transport.ts';

/** Every operation of the API under its operationId, with the generated signature. */
export type Rest = Pick<typeof operations, OperationId>;

export function bindRest(sendAs: (operation: OperationId) => Send): Rest {
  const names = Object.keys(operationRoutes) as OperationId[];
  return Object.fromEntries(names.map((name) => [name, bind(operations[name], sendAs(name))])) as unknown as Rest;
}

/** The options are a generated operation's last parameter, and none of its parameters has a default, so `length` counts them all. */
function bind(operation: Rest[OperationId], send: Send): (...input: unknown[]) => unknown {
  const last = operation.length - 1;
  return (...input) => {
    input[last] = { ...(input[last] as RequestOptions | undefined), [boundTo]: send };
    return (operation as (...input: unknown[]) => unknown)(...input);
  };
}
