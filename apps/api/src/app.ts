import type { RequestListener } from 'node:http';
import type { Core } from '@confab/core';
import type { Redis } from '@confab/redis';
import { AppError, type Health, type Logger, type Metrics } from '@confab/runtime';
import express, { type RequestHandler } from 'express';
import { logRequests } from './http/access-log.ts';
import { admit } from './http/admission.ts';
import { discovery, healthPages } from './http/discovery.ts';
import { basePath, readOperations } from './http/document.ts';
import { exchangeOf } from './http/exchange.ts';
import { demandFreshness } from './http/freshness.ts';
import { noStore, protect } from './http/headers.ts';
import { mountOperations } from './http/mount.ts';
import { checkNumbers } from './http/numbers.ts';
import { crossOrigin, refuseForeignOrigins } from './http/origin.ts';
import { answerWithProblem } from './http/problem.ts';
import { createRateLimits } from './http/rate-limit.ts';
import { reference } from './http/reference.ts';
import { needsSecureCookies, readCookies, refuseCookieOfNoOrigin } from './http/refresh-cookie.ts';
import { identifyRequest } from './http/request-id.ts';
import { checkBody, checkTarget, pathOfTarget } from './http/text.ts';
import { createValidator } from './http/validation.ts';
import { webApp } from './http/web-app.ts';
import { createOperations } from './operations.ts';

export type AppOptions = {
  readonly core: Core;
  readonly redis: Redis;
  readonly health: Health;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  readonly gatewayUrls: readonly string[];
  readonly trustProxy: number | string;
  readonly webDirectory: string | undefined;
  readonly isStopping: () => boolean;
};

/** Everything that HTTP is here, ready to be listened with. Settles when its validators are compiled. */
export async function createApp(options: AppOptions): Promise<RequestListener> {
  const { core, health, logger, metrics, publicUrl, gatewayUrls, webDirectory } = options;
  const origins = [new URL(publicUrl).origin, ...options.allowedOrigins];
  const operations = readOperations();
  const validator = createValidator();
  const app = express();
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing').set('trust proxy', options.trustProxy).set('secure cookies', needsSecureCookies(publicUrl));

  app.use(identifyRequest, logRequests(logger, metrics), protect({ publicUrl, gatewayUrls }));
  app.use(healthPages(health));
  app.use(refuseWhenStopping(options.isStopping), refuseBadTargets, refuseForeignOrigins(origins));
  app.use(
    basePath,
    noStore,
    crossOrigin(origins),
    readCookies,
    mountOperations(operations, createOperations(core), core.positions, [
      admit(createRateLimits(options), core.sessions),
      checkValues,
      ...validator.check,
      refuseCookieOfNoOrigin,
      demandFreshness(core.positions),
    ]),
  );
  app.use(discovery(core.sessions), reference());
  if (webDirectory !== undefined) app.use(webApp(webDirectory));
  app.use(noStore, refuseUnknownPaths, answerWithProblem(logger));

  await validator.warmUp(app, operations);
  return (request, response) => {
    // Express answers by itself, in HTML, a target that it cannot read.
    request.url = pathOfTarget(request.url);
    app(request, response);
  };
}

function refuseWhenStopping(isStopping: () => boolean): RequestHandler {
  return (_request, _response, next) => {
    if (isStopping()) throw new AppError('service.stopping');
    next();
  };
}

const refuseBadTargets: RequestHandler = (request, _response, next) => {
  checkTarget(request);
  next();
};

const checkValues: RequestHandler = (request, response, next) => {
  const { operation } = exchangeOf(response);
  checkBody(request.body);
  if (operation !== undefined) checkNumbers(operation, request);
  next();
};

const refuseUnknownPaths: RequestHandler = () => {
  throw new AppError('route.not_found');
};
