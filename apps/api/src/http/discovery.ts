import type { Schemas } from '@confab/contract';
import type { Sessions } from '@confab/core';
import type { Health, Report } from '@confab/runtime';
import express, { type Response, type Router } from 'express';
import { addPage } from './pages.ts';

/** What machines ask for at a fixed place: the public keys. */
export function discovery(sessions: Sessions): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  addPage(router, '/.well-known/jwks.json', 'jwks', async (_request, response) => {
    response.set('Cache-Control', 'public, max-age=300').json(await sessions.jwks());
  });
  return router;
}

/** Whether this process lives, and can serve: while it stops too. */
export function healthPages(health: Health): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  addPage(router, '/health/live', 'health', (_request, response) => sendReport(response, health.live()));
  addPage(router, '/health/ready', 'health', async (_request, response) => sendReport(response, await health.ready()));
  return router;
}

function sendReport(response: Response, report: Report): void {
  response
    .status(report.status === 'ok' ? 200 : 503)
    .set('Cache-Control', 'no-store')
    .json(report satisfies Schemas['HealthReport']);
}
