import { type ClientFrame, closeCodes } from '@confab/contract';
import { type Logger, noteError, openEntry, runEntry } from '@confab/runtime';

export interface Closing {
  /** Ours if we began it. */
  readonly code: number;
  /** With which the other side ended it. */
  readonly answered: number;
  readonly durationMs: number;
  readonly delivered: number;
}

export interface Identified {
  readonly streams: number;
  readonly resumed: number;
  readonly replaces: string | undefined;
}

/** What the log and the traces tell of one socket. Every line bears its id, and whose it is once that is known. */
export interface Journal {
  connected(): void;
  /** Runs a frame's work under an id of its own, in the trace that the frame names, or for the first one the handshake. */
  frame(frame: ClientFrame, work: () => Promise<void>): Promise<void>;
  admitted(userId: string, sessionId: string): void;
  identified(what: Identified): void;
  refused(code: string, requestId: string): void;
  demoted(queuedBytes: number): void;
  failed(error: unknown, what: string, frame?: ClientFrame['t']): void;
  socketFailed(error: Error): void;
  closed(closing: Closing): void;
}

export interface JournalDeps {
  readonly logger: Logger;
  newId(): string;
  readonly connectionId: string;
  /** A traceparent, from outside. */
  readonly handshake: string | undefined;
}

export const createJournal = (deps: JournalDeps): Journal => new SocketJournal(deps);

/** Each line is given all ids: a logger of its own for each connection costs more than the few lines of its life. A class, as the connection is. */
class SocketJournal implements Journal {
  readonly #deps: JournalDeps;
  #ids: { readonly connectionId: string; readonly userId?: string; readonly sessionId?: string };

  constructor(deps: JournalDeps) {
    this.#deps = deps;
    this.#ids = { connectionId: deps.connectionId };
  }

  connected(): void {
    const { logger, newId, connectionId, handshake } = this.#deps;
    const entry = openEntry({ requestId: newId(), name: 'connect', kind: 'server', traceparent: handshake, attributes: { 'confab.connection_id': connectionId } });
    entry.run(() => logger.debug(this.#ids, 'connected'));
    entry.end();
  }

  frame(frame: ClientFrame, work: () => Promise<void>): Promise<void> {
    const { newId, connectionId, handshake } = this.#deps;
    const traceparent = frame.tp ?? (frame.t === 'identify' ? handshake : undefined);
    const attributes = { 'confab.connection_id': connectionId, 'confab.frame': frame.t };
    return runEntry({ requestId: newId(), name: `frame ${frame.t}`, kind: 'server', traceparent, attributes }, work);
  }

  admitted(userId: string, sessionId: string): void {
    this.#ids = { connectionId: this.#deps.connectionId, userId, sessionId };
  }

  identified({ streams, resumed, replaces }: Identified): void {
    const fields = { ...this.#ids, streams, resumed, ...(replaces === undefined ? {} : { replaces }) };
    this.#deps.logger.info(fields, resumed > 0 ? 'resumed' : 'identified');
  }

  refused(code: string, requestId: string): void {
    this.#deps.logger.info({ ...this.#ids, code, requestId }, 'frame refused');
  }

  demoted(queuedBytes: number): void {
    this.#deps.logger.info({ ...this.#ids, queuedBytes }, 'demoted');
  }

  failed(error: unknown, what: string, frame?: ClientFrame['t']): void {
    noteError(error);
    this.#deps.logger.error({ ...this.#ids, err: error, ...(frame === undefined ? {} : { frame }) }, what);
  }

  socketFailed(error: Error): void {
    this.#deps.logger.info({ ...this.#ids, err: error }, 'socket failed');
  }

  closed(closing: Closing): void {
    this.#deps.logger.info({ ...this.#ids, ...closing, reason: reasonOf(closing.code) }, 'closed');
  }
}

function reasonOf(code: number): string {
  return code in closeCodes ? closeCodes[code as keyof typeof closeCodes].name : 'other';
}
