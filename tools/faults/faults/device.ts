import { WebSocket } from 'ws';
import type { Player } from '../harness/cast.ts';

interface Frame {
  readonly t: string;
  readonly r?: string;
  readonly s?: number;
  readonly d: { readonly connectionId?: string };
}

/** Another device of his: no SDK, so that it does nothing by itself, and never comes back once it is gone. */
export interface Device {
  readonly connectionId: string;
  /** As they came. */
  numbersOf(stream: string): number[];
  pause(): void;
  resume(): void;
  cut(): void;
}

/** Settles when it is ready. */
export async function connectDevice({ confab }: Player, url: string): Promise<Device> {
  const { ticket } = await confab.rest.createGatewayTicket();
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: 10_000 });
  const came: Frame[] = [];
  let connectionId = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed before it was ready')));
    socket.on('message', (data) => {
      const { t, r, s, d } = JSON.parse((data as Buffer).toString()) as Frame;
      if (t.includes('.')) came.push({ t, d: {}, ...(r === undefined ? {} : { r }), ...(s === undefined ? {} : { s }) });
      if (t === 'ready') resolve();
      if (t !== 'hello') return;
      connectionId = d.connectionId ?? '';
      socket.send(JSON.stringify({ t: 'identify', d: { ticket } }));
    });
  });
  return {
    connectionId,
    numbersOf: (stream) => came.flatMap(({ r, s }) => (r === stream && s !== undefined ? [s] : [])),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    cut: () => socket.terminate(),
  };
}
