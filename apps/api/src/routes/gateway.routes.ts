import type { Core } from '@confab/core';
import type { Operations } from '../operations.ts';

export function gatewayRoutes({ tickets, sync }: Core): Pick<Operations, 'createGatewayTicket' | 'getSync'> {
  return {
    createGatewayTicket: (_, { actor }) => tickets.create(actor),
    getSync: (_, { actor }) => sync.get(actor),
  };
}
