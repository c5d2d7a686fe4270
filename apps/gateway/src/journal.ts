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

/** What the log and the traces tell of one socket. Every line bears its id, and whose it is once that is known. */
export interface Journal {
  connected(): void;
  /** Runs a frame's work under an id of its own, in the trace that the frame names, or for the first one the handshake. */
  frame(frame: ClientFrame, work: () => Promise<void>): Promise<void>;
  admitted(userId: string, sessionId: string): void;
  identified(what: { streams: number; resumed: number; replaces: string | undefined }): void;
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

/** Each line is given all ids: a logger of its own for each connection costs more than the few lines of its life. */
export function createJournal({ logger, newId, connectionId, handshake }: JournalDeps): Journal {
  let ids: { readonly connectionId: string; readonly userId?: string; readonly sessionId?: string } = { connectionId };

  return {
    connected() {
      const entry = openEntry({ requestId: newId(), name: 'connect', kind: 'server', traceparent: handshake, attributes: { 'confab.connection_id': connectionId } });
      entry.run(() => logger.debug(ids, 'connected'));
      entry.end();
    },
    frame(frame, work) {
      const traceparent = frame.tp ?? (frame.t === 'identify' ? handshake : undefined);
      const attributes = { 'confab.connection_id': connectionId, 'confab.frame': frame.t };
      return runEntry({ requestId: newId(), name: `frame ${frame.t}`, kind: 'server', traceparent, attributes }, work);
    },
    admitted(userId, sessionId) {
      ids = { connectionId, userId, sessionId };
    },
    identified({ streams, resumed, replaces }) {
      const fields = { ...ids, streams, resumed, ...(replaces === undefined ? {} : { replaces }) };
      logger.info(fields, resumed > 0 ? 'resumed' : 'identified');
    },
    refused: (code, requestId) => logger.info({ ...ids, code, requestId }, 'frame refused'),
    demoted: (queuedBytes) => logger.info({ ...ids, queuedBytes }, 'demoted'),
    failed(error, what, frame) {
      noteError(error);
      logger.error({ ...ids, err: error, ...(frame === undefined ? {} : { frame }) }, what);
    },
    socketFailed: (error) => logger.info({ ...ids, err: error }, 'socket failed'),
    closed: (closing) => logger.info({ ...ids, ...closing, reason: reasonOf(closing.code) }, 'closed'),
  };
}

function reasonOf(code: number): string {
  return code in closeCodes ? closeCodes[code as keyof typeof closeCodes].name : 'other';
}
