import { connect } from 'node:net';
import { makeDirectory } from './postgres-files.ts';
import { startProcess } from './process.ts';
import { redisBinary } from './redis-binary.ts';
import { serviceUser } from './service-user.ts';
import { startUnit } from './unit.ts';
import type { Unit } from './unit.ts';

export type Redis = Unit & { readonly url: string };

export type RedisOptions = {
  directory: string;
  logFile: string;
  port: number;
  password: string;
  /** Makes it a node of a cluster, which speaks with the others on this port. */
  clusterPort?: number;
  say?: (line: string) => void;
};

export async function startRedis({ directory, logFile, port, password, clusterPort, say = () => undefined }: RedisOptions): Promise<Redis> {
  const user = serviceUser();
  const { command, env } = await redisBinary(say);
  await makeDirectory(directory, user);
  const launch = () =>
    startProcess({
      name: 'redis',
      command,
      args: ['-'],
      input: configuration(port, password) + (clusterPort === undefined ? '' : clusterConfiguration(clusterPort, password)),
      cwd: directory,
      env,
      logFile,
      stopSignal: 'SIGTERM',
      graceMs: 10_000,
      user,
    });
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const unit = await startUnit({ name: 'redis', port, url, logFile, launch, probe: () => answers(port, password), timeoutMs: 30_000 });
  return Object.assign(unit, { url });
}

function configuration(port: number, password: string): string {
  // The default persistence loses what was acknowledged since the last snapshot.
  return `bind 127.0.0.1
port ${port}
requirepass ${password}
dir ./
appendonly yes
appendfsync everysec
save ""
databases 16
shutdown-timeout 2
`;
}

/** A node that is gone takes its own slots with it, not those of the others. */
function clusterConfiguration(clusterPort: number, password: string): string {
  return `cluster-enabled yes
cluster-port ${clusterPort}
cluster-node-timeout 2000
cluster-require-full-coverage no
masterauth ${password}
`;
}

function answers(port: number, password: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: 2000 });
    let answer = '';
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once('timeout', () => fail(new Error('no answer')));
    socket.once('close', () => reject(new Error(`closed after ${answer}`)));
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
      if (answer.includes('+PONG')) {
        resolve();
        socket.end();
      } else if (/^-/m.test(answer)) fail(new Error(answer));
    });
    socket.write(`AUTH ${password}\r\nPING\r\n`);
  });
}
