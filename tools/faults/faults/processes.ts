import type { Fault } from '../harness/fault.ts';
import type { Actor, Stage } from '../harness/stage.ts';
import { ask, database } from '../own-servers.ts';
import { freeze } from '../world.ts';
import { killTree } from './kill-tree.ts';
import { assertHappened, isStopped } from './proof.ts';
import { begun } from './repeated.ts';

const firstOf = (kind: Actor['kind']) => (stage: Stage): Actor => stage.actors.find((actor) => actor.kind === kind) as Actor;

/** Answers how to thaw what must have stood still until then. */
const frozen = (pid: number, thaw: () => void) => (): void => {
  assertHappened(isStopped(pid), `process ${pid} went on`);
  thaw();
};

function ofApp(kind: Actor['kind']): Fault[] {
  const find = firstOf(kind);
  const repeatsJobs = kind === 'worker';
  return [
    {
      name: `kill-${kind}`,
      repeatsJobs,
      async begin(stage) {
        const { app } = find(stage);
        const { signal } = await app.kill('SIGKILL');
        assertHappened(signal === 'SIGKILL', `the ${kind} had ended before`);
        return () => app.restart();
      },
    },
    {
      name: `freeze-${kind}`,
      repeatsJobs,
      begin(stage) {
        const { app } = find(stage);
        app.pause();
        return Promise.resolve(frozen(app.pid, () => app.resume()));
      },
    },
  ];
}

const servers: Fault[] = (['primary', 'replica', 'redis'] as const).flatMap((name): Fault[] => {
  const find = ({ servers: all }: Stage) => (name === 'replica' ? all.replicas[0] : all[name]) as Stage['servers']['primary'] | Stage['servers']['redis'];
  const urlOf = ({ servers: all }: Stage) => (name === 'replica' ? all.replicas[0] : all.primary)?.databaseUrl(database) ?? '';
  const standing: Fault = {
    name: `freeze-${name}`,
    repeatsJobs: name === 'primary',
    begin(stage) {
      const server = find(stage);
      return Promise.resolve(frozen(server.pid, freeze(server)));
    },
  };
  if (name === 'redis') return [standing];
  const killed: Fault = {
    name: `kill-${name}`,
    repeatsJobs: name === 'primary',
    async begin(stage) {
      const server = find(stage);
      killTree(server.pid);
      await server.exited;
      return async () => {
        const isThere = await ask(urlOf(stage), 'SELECT 1').then(() => true, () => false);
        assertHappened(!isThere, `the ${name} still answers`);
        await server.start();
      };
    },
  };
  return [killed, standing];
});

const rolling: Fault = {
  name: 'rolling-restart',
  repeatsJobs: true,
  begin({ actors }) {
    const restart = async (): Promise<void> => {
      for (const actor of actors) {
        const { pid } = actor.app;
        await actor.replace();
        assertHappened(actor.app.pid !== pid, `${actor.name} is the process that it was`);
      }
    };
    return Promise.resolve(begun(restart()));
  },
};

export const processFaults: readonly Fault[] = [...ofApp('api'), ...ofApp('gateway'), ...ofApp('worker'), ...servers, rolling];
