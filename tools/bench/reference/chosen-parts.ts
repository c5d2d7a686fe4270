import { createServer } from 'node:http';
import openapi from '@confab/contract/openapi.json' with { type: 'json' };
import express, { type RequestHandler } from 'express';
import { middleware } from 'express-openapi-validator';
import helmet from 'helmet';
import pino from 'pino';
import { startLeastChat, type LeastMessage } from './least-chat.ts';

/**
 * The minimum behind the parts that Confab is made of, as their manuals have them: Express with helmet, the validator with our document, and
 * a line of the log for each request. Still nobody is asked who he is, and nothing is limited, rendered, deduplicated or resumable.
 */
const chat = await startLeastChat();
const logger = pino(pino.destination({ sync: false }));
const app = express();
app.disable('etag');

const logged: RequestHandler = (request, response, next) => {
  const startedAt = performance.now();
  response.once('close', () => logger.info({ method: request.method, path: request.path, status: response.statusCode, durationMs: performance.now() - startedAt }, 'request'));
  next();
};

app.use(logged, helmet(), express.json());
app.use(middleware({ apiSpec: structuredClone(openapi) as never, validateApiSpec: false, validateResponses: false, validateSecurity: false }));
app.post('/api/v1/rooms/:roomId/messages', (request, response) => {
  const { content, nonce } = request.body as Omit<LeastMessage, 'room'>;
  chat.send({ room: request.params.roomId, content, nonce }, (body) => void response.status(201).type('application/json').send(body));
});
chat.listen(createServer(app));
