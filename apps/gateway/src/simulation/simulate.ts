import type { StreamId } from '@confab/contract';
import { channel, encodeEvent, type StreamEvent } from '@confab/stream';

import type { RoomNews } from '../room.ts';
import { type Client, createClient, Violation } from './client.ts';
import { createDatabase } from './database.ts';
import { type Code, type Connection, createNode, type Node } from './node.ts';
import { createRedis } from './redis.ts';
import { lastStepMs, type Script, type Step } from './script.ts';
import { createTime } from './time.ts';

/** What a schedule went through, so that a run can show that it went everywhere. */
export type Tally = Record<RoomNews | 'applied' | 'resyncs' | 'connects', number>;

export const noTally = (): Tally => ({ fill_hot: 0, fill_log: 0, head_repair: 0, reset: 0, applied: 0, resyncs: 0, connects: 0 });

const users = [1, 2, 3].map((digit) => `00000000-0000-7000-8000-00000000000${digit}`);
const rooms: StreamId[] = ['room:a', 'room:b'];
const nodeCount = 2;
const quietMs = 30_000;

/** One schedule over the given code. Rejects with a Violation when a promise is broken. */
export async function simulate(code: Code, script: Script): Promise<Tally> {
  const time = createTime(script.seed);
  const database = createDatabase(time, [...rooms, ...users.map((user): StreamId => `user:${user}`)]);
  const redis = createRedis(time, channel, script);
  const allowed = { reasons: new Set<string>() };
  const tally = noTally();
  const problems: string[] = [];
  const world = { time, database, redis, code, told: (news: RoomNews) => (tally[news] += 1), violated: (problem: string) => void problems.push(problem) };
  const nodes: Node[] = Array.from({ length: nodeCount }, () => createNode(world));
  const clients = [...users, users[0] as string].map((user, index) => openClient(user, `client ${index}`));

  function openClient(user: string, name: string): { client: Client; connection: Connection | undefined; connect(): void } {
    const client = createClient(user, name, database, allowed);
    const self = {
      client,
      connection: undefined as Connection | undefined,
      connect() {
        tally.connects += 1;
        self.connection = pick(nodes, Math.floor(time.random() * nodes.length)).connect(client, () => {
          self.connection = undefined;
          time.at(time.random() * 400, self.connect);
        });
      },
    };
    time.at(time.random() * 1_000, self.connect);
    return self;
  }

  function publish(events: readonly StreamEvent[]): void {
    for (const event of events) redis.publish(event, encodeEvent(event));
  }

  function take(step: Step): void {
    switch (step.do) {
      case 'send':
        for (let count = 0; count < step.count; count += 1) publish(database.send(pick(rooms, step.room), pick(users, step.user), step.bytes));
        return;
      case 'rejoin':
        publish(database.leave(pick(rooms, step.room), pick(users, step.user)));
        return publish(database.join(pick(rooms, step.room), pick(users, step.user)));
      case 'join':
      case 'leave':
        return publish(database[step.do](pick(rooms, step.room), pick(users, step.user)));
      case 'note':
        return publish(database.note(pick(users, step.user)));
      case 'cut':
        return pick(clients, step.client).connection?.close();
      case 'slow': {
        const { connection } = pick(clients, step.client);
        connection?.peer.setSlow(true);
        return time.at(step.forMs, () => connection?.peer.setSlow(false));
      }
      case 'crash': {
        const index = step.node % nodes.length;
        const crashed = pick(nodes, index);
        nodes[index] = createNode(world);
        return crashed.crash();
      }
      case 'redisDown':
        redis.setDown(true);
        return time.at(step.forMs, () => redis.setDown(false));
      case 'replicaStops':
        database.setReplicaStopped(true);
        return time.at(step.forMs, () => database.setReplicaStopped(false));
      case 'redisFlush':
        return redis.flush();
      case 'trim':
        allowed.reasons.add('too_old').add('log_hole');
        return database.trim(pick(rooms, step.room), step.keep);
      case 'failOver':
        for (const reason of ['epoch', 'beyond_head', 'too_old', 'log_hole']) allowed.reasons.add(reason);
        return database.failOver(step.lost);
    }
  }

  // A resync for joining anew has a cause as soon as anybody comes and goes; who it is for, the cursors tell.
  if (script.steps.some(({ do: what }) => what === 'leave' || what === 'rejoin' || what === 'trim' || what === 'failOver')) allowed.reasons.add('before_join');
  for (const user of users) database.join(pick(rooms, 0), user);
  for (const user of users.slice(1)) database.join(pick(rooms, 1), user);
  for (const step of script.steps) time.at(step.at, () => take(step));

  await time.runUntil(lastStepMs + quietMs);
  if (problems.length > 0) throw new Violation(problems[0]);
  for (const { client, connection } of clients) {
    client.finish(connection !== undefined);
    tally.applied += client.applied;
    tally.resyncs += client.resyncs;
  }
  return tally;
}

function pick<T>(from: readonly T[], number: number): T {
  return from[number % from.length] as T;
}
