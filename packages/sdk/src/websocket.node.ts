import { WebSocket } from 'ws';
import type { OpenSocket } from './realtime/socket.ts';

const options = {
  perMessageDeflate: false,
  maxPayload: 16 * 1024 * 1024,
  handshakeTimeout: 10_000,
  /** A peer that does not answer our goodbye is cut off after this long. The types do not know of it yet. */
  closeTimeout: 2_000,
};

export const openSocket: OpenSocket = (url, { opened, received, closed }) => {
  const socket = new WebSocket(url, options);
  socket.on('open', opened);
  socket.on('message', (data, isBinary) => {
    if (!isBinary) received((data as Buffer).toString('utf8'));
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
