import { WebSocket } from 'ws';
import type { OpenSocket } from './realtime/socket.ts';

/** A peer that does not answer our goodbye is cut off after this long. */
const closeMs = 2_000;

export const openSocket: OpenSocket = (url, { opened, received, closed }) => {
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 16 * 1024 * 1024, handshakeTimeout: 10_000, closeTimeout: closeMs });
  socket.on('open', opened);
  socket.on('message', (data, isBinary) => {
    if (!isBinary) received(String(data));
  });
  // An error is always followed by a close.
  socket.on('error', () => undefined);
  socket.on('close', (code, reason) => closed(code, String(reason)));
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
  };
};
