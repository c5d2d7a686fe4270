import { openSocket as platformSocket } from '#websocket';
import type { OpenSocket } from './realtime/socket.ts';

/** The platform's WebSocket: the browser's own, or `ws` in Node. */
export const openSocket: OpenSocket = platformSocket;
