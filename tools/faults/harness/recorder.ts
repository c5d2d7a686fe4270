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

/** The sockets of one client, which a fault may keep from reading, leave half open, or cut. */
export interface Sockets {
  readonly open: OpenSocket;
  pause(): void;
  resume(): void;
  /** The client believes them gone; the far end hears nothing of it. */
  abandon(): void;
  cut(): void;
}

interface Wire {
  readonly socket: WebSocket;
  closed(): void;
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
      const wires = new Set<Wire>();
      const abandoned = new Set<WebSocket>();
      return {
        open(url, listeners) {
          const connection = (connections += 1);
          const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: 10_000 });
          let isOver = false;
          const closed = (code: number, reason: string): void => {
            if (isOver) return;
            isOver = true;
            wires.delete(wire);
            listeners.closed(code, reason);
          };
          const wire: Wire = {
            socket,
            closed() {
              abandoned.add(socket);
              closed(1006, '');
            },
          };
          wires.add(wire);
          socket.on('open', () => listeners.opened());
          socket.on('message', (data) => {
            const text = (data as Buffer).toString();
            // What comes after the goodbye has come all the same.
            note(by, connection, text);
            if (!isOver) listeners.received(text);
          });
          socket.on('error', () => undefined);
          socket.on('close', (code, reason) => closed(code, String(reason)));
          return {
            send: (text) => {
              if (socket.readyState === WebSocket.OPEN) socket.send(text);
            },
            close: (code, reason) => socket.close(code, reason),
          };
        },
        pause: () => wires.forEach(({ socket }) => socket.pause()),
        resume: () => wires.forEach(({ socket }) => socket.resume()),
        abandon() {
          for (const wire of wires) {
            wire.socket.pause();
            wire.closed();
          }
        },
        cut() {
          for (const { socket } of wires) socket.terminate();
          for (const socket of abandoned) socket.terminate();
          abandoned.clear();
        },
      };
    },
  };
}
