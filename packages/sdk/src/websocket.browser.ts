import type { OpenSocket } from './realtime/socket.ts';

export const openSocket: OpenSocket = (url, { opened, received, closed }) => {
  const socket = new WebSocket(url);
  socket.onopen = opened;
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') received(data);
  };
  // An error is always followed by a close.
  socket.onclose = ({ code, reason }) => closed(code, reason);
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code, reason) => socket.close(code, reason),
  };
};
