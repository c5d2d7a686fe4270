import type { RequestHandler, Router } from 'express';
import { exchangeOf } from './exchange.ts';
import { allow, answerOptions, refuseMethod } from './methods.ts';

const allowed = allow(['get']);

/** What lies outside the specification can only be read. The label stands in log and metrics. */
export function addPage(router: Router, path: string, label: string, handler: RequestHandler): void {
  router
    .route(path)
    .all((_request, response, next) => {
      exchangeOf(response).label = label;
      next();
    })
    .get(handler)
    .options(answerOptions(allowed))
    .all(refuseMethod(allowed));
}
