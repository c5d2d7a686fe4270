import type { Schemas } from '@confab/contract';
import { type Database, isConnectionFailure, sqlState } from '@confab/db';
import { AppError, currentScope, runShared, sampledTraceparent, type Scope } from '@confab/runtime';
import { AppendRefused, type Draft, type Place, type Placed, type StreamEvent, type Streams } from '@confab/stream';
import { v7 as uuidv7 } from 'uuid';

import { assertMay } from '../rooms/rooms.policy.ts';
import { createGathering, type Outcome } from './gathering.ts';
import { findingSenders, insertingMessages, type MessageRow, type Sender } from './messages.repository.ts';
import { presentMessage } from './messages.presenter.ts';
import type { NewestCache } from './newest.store.ts';

/** What somebody sends to a room, ready to be written. */
export interface Send {
  readonly userId: string;
  readonly roomId: string;
  readonly content: string;
  readonly html: string;
  readonly nonce: string;
  readonly requestHash: Buffer;
}

export interface Sent {
  readonly message: Schemas['Message'];
  /** This nonce was sent before, and the message is the one it made, as it is now. */
  readonly replayed: boolean;
}

export interface Outbox {
  /** Undefined when the guard refused it; nothing has happened then. */
  send(send: Send): Promise<Sent | undefined>;
}

interface Letter {
  readonly send: Send;
  /** Whose it is: context and span. */
  readonly scope: Scope | undefined;
  readonly trace: string | undefined;
}

interface Written {
  readonly row: Omit<MessageRow, 'username' | 'display_name'> & { readonly request_hash: Buffer };
  readonly message: Schemas['Message'];
  readonly event: Draft;
}

export const nonceReused = () => new AppError('message.nonce_reused');

/** Sends that come in together share a transaction. Each has its own answer, and in the log its own trace. */
export function createOutbox({ database, streams, newest }: { database: Database; streams: Streams; newest: NewestCache }): Outbox {
  async function write(letters: readonly Letter[], ifLocked: 'wait' | 'pass over'): Promise<Outcome<Sent>[]> {
    const outcomes: Outcome<Sent>[] = [];
    const events = await database.write((tx) =>
      streams.appendEach(tx, { appenders: findingSenders(letters.map(({ send }) => send)), ifLocked }, (placed) => {
        const written: Written[] = [];
        const found = new Map(placed.map((each) => [each.appender.turn, each]));
        for (const [turn, letter] of letters.entries()) outcomes.push(judge(letter, found.get(turn), written));
        return { row: insertingMessages(written.map(({ row }) => row)), rowCount: written.length, events: written.map(({ event }) => event) };
      }),
    );
    await made(events, letters);
    return outcomes;
  }

  /** Of each room its own senders tell. */
  async function made(events: readonly StreamEvent[], letters: readonly Letter[]): Promise<void> {
    const rooms = Map.groupBy(events, ({ stream }) => stream);
    if (rooms.size > 0) await newest.invalidate([...rooms.keys()].map((stream) => stream.slice('room:'.length)));
    for (const [stream, ofRoom] of rooms) {
      const senders = letters.filter(({ send }) => stream === `room:${send.roomId}`);
      runShared(scopesOf(senders), () => streams.publish(ofRoom));
    }
  }

  const { add } = createGathering<Letter, Sent>({
    run: (letters, ifLocked) => runShared(scopesOf(letters), () => writeOnce(letters, (firsts) => write(firsts, ifLocked))),
    // By its answer the server has rolled it back. Where no answer came nobody knows, and each sender asks again by his nonce.
    mayBeSplit: (error) => error instanceof AppendRefused || error instanceof AppError || (sqlState(error) !== undefined && !isConnectionFailure(error)),
  });

  return {
    async send(send) {
      try {
        return await add(send.roomId, { send, scope: currentScope(), trace: sampledTraceparent() });
      } catch (error) {
        if (error instanceof AppendRefused) return undefined;
        throw error;
      }
    },
  };
}

const scopesOf = (letters: readonly Letter[]) => letters.flatMap(({ scope }) => scope ?? []);

/** Twins that came in together are written once, and share the fate of the first. */
async function writeOnce(letters: readonly Letter[], write: (firsts: readonly Letter[]) => Promise<readonly Outcome<Sent>[]>): Promise<Outcome<Sent>[]> {
  const twins = Map.groupBy(letters, ({ send }) => `${send.roomId} ${send.userId} ${send.nonce}`);
  const firsts = [...twins.values()].flatMap(([first]) => first ?? []);
  const outcomes = await write(firsts);
  const fates = new Map(firsts.map((first, index) => [first, outcomes[index]]));
  return letters.map((letter) => {
    const { send } = letter;
    const [first = letter] = twins.get(`${send.roomId} ${send.userId} ${send.nonce}`) ?? [];
    const outcome = fates.get(first) ?? { state: 'failed', error: new Error('a send has no outcome') };
    if (first === letter || outcome.state !== 'done') return outcome;
    if (!first.send.requestHash.equals(send.requestHash)) return { state: 'failed', error: nonceReused() };
    return { state: 'done', value: { ...outcome.value, replayed: true } };
  });
}

/** What becomes of it if the transaction commits; adds to what is written. */
function judge(letter: Letter, found: Placed<Sender> | undefined, written: Written[]): Outcome<Sent> {
  try {
    assertMay('write', found?.appender);
  } catch (error) {
    // A number that nobody uses would be a hole: nobody's is taken, and this one is judged by himself.
    if (found?.place !== undefined) throw error;
    return { state: 'failed', error };
  }
  if (found?.place === undefined) return { state: 'passed over' };
  const wrote = writeUp(letter, found.appender, found.place);
  written.push(wrote);
  return { state: 'done', value: { message: wrote.message, replayed: false } };
}

function writeUp({ send, trace }: Letter, { username, display_name }: Sender, { stream, seq, at }: Place): Written {
  const row = {
    id: uuidv7(),
    room_id: send.roomId,
    seq,
    updated_seq: seq,
    type: 'user',
    author_id: send.userId,
    parent_message_id: null,
    content: send.content,
    html: send.html,
    nonce: send.nonce,
    created_at: at,
    edited_at: null,
    deleted_at: null,
  };
  const message = presentMessage({ ...row, username, display_name });
  return {
    row: { ...row, request_hash: send.requestHash },
    message,
    event: { stream, seq, type: 'message.created', d: message, subjectId: row.id, authorId: row.author_id, trace },
  };
}
