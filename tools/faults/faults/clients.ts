import type { Player } from '../harness/cast.ts';
import type { Fault } from '../harness/fault.ts';
import type { Actor } from '../harness/stage.ts';
import { connectDevice } from './device.ts';
import { openFlood } from './flood.ts';
import { assertHappened, awaitHappened, linesFrom } from './proof.ts';
import { repeated } from './repeated.ts';

const everySecond = (players: readonly Player[]): Player[] => players.filter((_, index) => index % 2 === 0);

const slow: Fault = {
  name: 'slow-clients',
  async begin(stage, { senders, receivers }) {
    const lazy = everySecond(receivers);
    const [speaker, other] = senders as readonly [Player, Player];
    const flood = await openFlood(stage, [speaker, other]);
    const devices = await Promise.all(stage.gateways.map(({ front }, index) => connectDevice(index === 0 ? speaker : other, front?.url ?? '')));
    const lines = linesFrom(stage.gateways);
    const areDemoted = (): boolean => {
      const demoted = new Set(lines('demoted').map(({ connectionId }) => connectionId));
      return devices.every(({ connectionId }) => demoted.has(connectionId));
    };
    for (const device of devices) device.pause();
    for (const { sockets } of lazy) sockets.pause();
    const { stream, stop } = flood.start(areDemoted);
    return async () => {
      try {
        await awaitHappened(areDemoted, 'a device that does not read is not demoted', 20_000);
      } finally {
        await stop();
      }
      const last = await stop();
      for (const device of devices) device.resume();
      await awaitHappened(() => devices.every((device) => device.numbersOf(stream).at(-1) === last), 'a device that reads again is not told everything', 10_000);
      for (const device of devices) {
        const numbers = device.numbersOf(stream);
        const isWhole = numbers.every((seq, index) => seq === (numbers[0] ?? 0) + index);
        if (!isWhole) throw new Error(`what a slow device was told is not whole, or not in order: ${numbers.join(' ')}`);
        device.cut();
      }
      for (const { sockets } of lazy) sockets.resume();
    };
  },
};

const beatMs = 1_500;

const halfOpen: Fault = {
  name: 'half-open-clients',
  async begin({ gateways }, { receivers, signedOut }) {
    const [quick, usual] = gateways as readonly [Actor, Actor];
    const fronts = [quick.front, usual.front].filter((front) => front !== undefined);
    const staying = receivers.filter((player) => player !== signedOut);
    // Else a gateway waits for 75 s. It takes everybody else to the other one.
    await quick.replace({ HEARTBEAT_MS: String(beatMs) });
    const devices = await Promise.all(everySecond(staying).map((player) => connectDevice(player, quick.front?.url ?? '')));
    const lines = linesFrom(gateways);
    for (const front of fronts) front.strand();
    return async () => {
      const closed = (code: number, field: 'connectionId' | 'userId') => new Set(lines('closed').filter((line) => line['code'] === code).map((line) => line[field]));
      await awaitHappened(() => devices.every(({ connectionId }) => closed(4408, 'connectionId').has(connectionId)), 'a device that fell silent is still there', 10 * beatMs);
      // Whoever comes back says which of his connections he means to replace.
      await awaitHappened(() => staying.every(({ userId }) => closed(4410, 'userId').has(userId)), 'a connection that was left half open was not replaced', 10 * beatMs);
      for (const front of fronts) front.restore();
      await quick.replace();
    };
  },
};

const storm: Fault = {
  name: 'reconnect-storm',
  begin({ gateways }, { receivers }) {
    const lines = linesFrom(gateways);
    const stop = repeated(() => receivers.forEach(({ sockets }) => sockets.cut()), 700);
    return Promise.resolve(async () => {
      await stop();
      await awaitHappened(() => lines('closed').length >= receivers.length, 'nobody was cut off');
    });
  },
};

const replayed = 200;

const twice: Fault = {
  name: 'every-request-twice',
  begin({ routes, apis }) {
    const lines = linesFrom(apis);
    routes.twice = true;
    return Promise.resolve(() => {
      routes.twice = false;
      assertHappened(lines('request').some(({ operationId, status }) => operationId === 'createMessage' && status === replayed), 'no message was sent a second time');
    });
  },
};

export const clientFaults: readonly Fault[] = [slow, halfOpen, storm, twice];
