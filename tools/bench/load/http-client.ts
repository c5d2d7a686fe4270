import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export interface HttpLine {
  ask(head: string, body: string): Promise<Answer>;
  close(): void;
}

/** One kept connection, one request at a time, and no more of HTTP than answers with a Content-Length: a client must cost less than what it measures. */
export async function openHttpLine(port: number): Promise<HttpLine> {
  const socket = await opened(port);
  let waiting: PromiseWithResolvers<Answer> | undefined;
  let read = '';
  socket.on('data', (chunk: Buffer) => {
    read += chunk.toString('latin1');
    const end = read.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(read.slice(0, end))?.[1] ?? 0);
    if (read.length < end + 4 + length) return;
    const answer = { status: Number(read.slice(9, 12)), body: Buffer.from(read.slice(end + 4, end + 4 + length), 'latin1').toString() };
    read = read.slice(end + 4 + length);
    waiting?.resolve(answer);
  });
  const lost = (): void => waiting?.reject(new Error('the connection was lost'));
  socket.on('close', lost).on('error', lost);
  return {
    ask(head, body) {
      waiting = Promise.withResolvers();
      socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}
