import type { Fault } from '../harness/fault.ts';
import type { Actor, Stage } from '../harness/stage.ts';
import { freeze } from '../world.ts';
import { killTree } from './kill-tree.ts';

const firstOf = (kind: Actor['kind']) => (stage: Stage): Actor => stage.actors.find((actor) => actor.kind === kind) as Actor;

function ofApp(kind: Actor['kind']): Fault[] {
  const find = firstOf(kind);
  const stopsWorker = kind === 'worker';
  return [
    {
      name: `kill-${kind}`,
      stopsWorker,
      async begin(stage) {
        const { app } = find(stage);
        await app.kill('SIGKILL');
        return () => app.restart();
      },
    },
    {
      name: `freeze-${kind}`,
      stopsWorker,
      begin(stage) {
        const { app } = find(stage);
        app.pause();
        return Promise.resolve(() => app.resume());
      },
    },
  ];
}

const servers: Fault[] = (['primary', 'replica', 'redis'] as const).flatMap((name): Fault[] => {
  const find = ({ servers: all }: Stage) => (name === 'replica' ? all.replicas[0] : all[name]) as Stage['servers']['primary'] | Stage['servers']['redis'];
  const frozen: Fault = { name: `freeze-${name}`, begin: (stage) => Promise.resolve(freeze(find(stage))) };
  if (name === 'redis') return [frozen];
  const killed: Fault = {
    name: `kill-${name}`,
    async begin(stage) {
      const server = find(stage);
      killTree(server.pid);
      await server.exited;
      return () => server.start();
    },
  };
  return [killed, frozen];
});

const rolling: Fault = {
  name: 'rolling-restart',
  stopsWorker: true,
  async begin({ actors }) {
    for (const actor of actors) await actor.replace();
    return () => undefined;
  },
};

export const processFaults: readonly Fault[] = [...ofApp('api'), ...ofApp('gateway'), ...ofApp('worker'), ...servers, rolling];
