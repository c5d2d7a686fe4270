import { fileURLToPath } from 'node:url';
import asyncapi from '@confab/contract/asyncapi.json' with { type: 'json' };
import openapi from '@confab/contract/openapi.json' with { type: 'json' };
import express, { type Router } from 'express';
import { errorsPage } from './errors-page.ts';
import { addPage } from './pages.ts';

const folder = fileURLToPath(new URL('.', import.meta.resolve('#reference/index.html')));
const scalar = fileURLToPath(new URL('browser/standalone.js', import.meta.resolve('@scalar/api-reference')));

const files: Record<string, string> = {
  '/docs': `${folder}index.html`,
  '/docs/errors.js': `${folder}errors.js`,
  '/docs/reference.js': `${folder}reference.js`,
  '/docs/reference.css': `${folder}reference.css`,
  '/docs/scalar.js': scalar,
};

/** The API reference and the documents it is made of, all from this server. */
export function reference(): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  for (const [path, file] of Object.entries(files)) {
    addPage(router, path, 'docs', (_request, response, next) =>
      response.sendFile(
        file,
        { cacheControl: false, dotfiles: 'allow', headers: { 'Cache-Control': 'no-cache' } },
        (error?: Error) => error !== undefined && next(error),
      ),
    );
  }
  addText(router, '/docs/errors', 'text/html; charset=utf-8', errorsPage());
  addText(router, '/openapi.json', 'application/json', JSON.stringify(openapi));
  addText(router, '/asyncapi.json', 'application/json', JSON.stringify(asyncapi));
  return router;
}

function addText(router: Router, path: string, type: string, text: string): void {
  addPage(router, path, 'docs', (_request, response) => void response.set({ 'Content-Type': type, 'Cache-Control': 'no-cache' }).send(text));
}
