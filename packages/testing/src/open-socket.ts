import type { OpenSocket } from '@confab/sdk';
import { WebSocket } from 'ws';
import type { FrameChecks } from './contract/frames.ts';

export type CuttableSockets = {
  readonly open: OpenSocket;
  /** Ends every open socket without a goodbye, as a lost network does. Answers how many there were. */
  cut(): number;
};

/** Sockets for the SDK, every frame of which is checked in both directions. */
export function createCheckedSockets(checks: FrameChecks): CuttableSockets {
  const sockets = new Set<WebSocket>();
  return {
    open(url, listeners) {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      sockets.add(socket);
      socket.on('open', () => listeners.opened());
      socket.on('message', (data) => {
        const text = (data as Buffer).toString();
        checks.fromServer(text);
        listeners.received(text);
      });
      // A close follows each error.
      socket.on('error', () => undefined);
      socket.on('close', (code, reason) => {
        sockets.delete(socket);
        listeners.closed(code, String(reason));
      });
      return {
        send(text) {
          checks.fromClient(text);
          socket.send(text);
        },
        close: (code, reason) => socket.close(code, reason),
      };
    },
    cut() {
      const { size } = sockets;
      for (const socket of sockets) socket.terminate();
      return size;
    },
  };
}
