import type { AnyStreamEvent, OpenSocket } from '@confab/sdk';
import { WebSocket } from 'ws';
import type { Answer, Frame, Operation, Told } from '../invariants/history.ts';

export interface Recorder {
  readonly operations: Operation[];
  readonly frames: Frame[];
  readonly events: Told[];
  readonly answers: Answer[];
  sockets(by: string): Sockets;
  told(by: string, event: AnyStreamEvent): void;
}

/** The sockets of one client, which a fault may keep from reading, or cut. */
export interface Sockets {
  readonly open: OpenSocket;
  pause(): void;
  resume(): void;
  cut(): void;
}

interface Sent {
  readonly t: string;
  readonly r?: string;
  readonly s?: number;
  readonly d?: { readonly id?: string };
}

/** The clock of every record. It does not jump, and is near the servers'. */
export const now = (): number => performance.timeOrigin + performance.now();

export function createRecorder(): Recorder {
  const frames: Frame[] = [];
  const events: Told[] = [];
  let connections = 0;

  function note(by: string, connection: number, text: string): void {
    const { t, r, s, d } = JSON.parse(text) as Sent;
    if (r === undefined || s === undefined || t === 'synced') return;
    frames.push({ at: now(), by, connection, type: t, stream: r, seq: s, ...(d?.id === undefined ? {} : { id: d.id }) });
  }

  return {
    operations: [],
    frames,
    events,
    answers: [],
    told: (by, { stream, seq }) => void events.push({ at: now(), by, stream, seq }),
    sockets(by) {
      const sockets = new Set<WebSocket>();
      return {
        open(url, listeners) {
          const connection = (connections += 1);
          const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: 10_000 });
          sockets.add(socket);
          socket.on('open', () => listeners.opened());
          socket.on('message', (data) => {
            const text = (data as Buffer).toString();
            note(by, connection, text);
            listeners.received(text);
          });
          socket.on('error', () => undefined);
          socket.on('close', (code, reason) => {
            sockets.delete(socket);
            listeners.closed(code, String(reason));
          });
          return {
            send: (text) => {
              if (socket.readyState === WebSocket.OPEN) socket.send(text);
            },
            close: (code, reason) => socket.close(code, reason),
          };
        },
        pause: () => sockets.forEach((socket) => socket.pause()),
        resume: () => sockets.forEach((socket) => socket.resume()),
        cut: () => sockets.forEach((socket) => socket.terminate()),
      };
    },
  };
}
