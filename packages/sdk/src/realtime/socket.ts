/** What the client hears from a socket. Nothing is heard after `closed`. */
export interface SocketListeners {
  opened(): void;
  received(text: string): void;
  closed(code: number, reason: string): void;
}

export interface Socket {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** Begins to open a socket; a failure to do so is `closed(1006, '')`. */
export type OpenSocket = (url: string, listeners: SocketListeners) => Socket;
