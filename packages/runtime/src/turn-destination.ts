import pino from 'pino';

/** So many characters are written without waiting for the end of the turn. */
const mostWaiting = 64 * 1024;

export type TurnDestination = pino.DestinationStream & { flushSync(): void };

/**
 * One system call for all that is logged in one turn of the event loop, where a busy process would make hundreds. pino writes
 * out what is fatal at once, and an exit, for whatever reason, what is left; only a process that is killed loses its last turn.
 */
export function createTurnDestination(fd: number): TurnDestination {
  // Not its own buffer: what empties that also waits for the disk.
  const file = pino.destination({ fd, sync: true });
  let waiting = '';
  let state: 'unused' | 'idle' | 'due' | 'exiting' = 'unused';

  function writeOut(): void {
    if (waiting === '') return;
    const lines = waiting;
    waiting = '';
    file.write(lines);
  }

  function endTurn(): void {
    state = 'idle';
    writeOut();
  }

  function exit(): void {
    state = 'exiting';
    writeOut();
  }

  return {
    write(line) {
      waiting += line;
      if (state === 'unused') process.on('exit', exit);
      if (state === 'exiting' || waiting.length > mostWaiting) writeOut();
      else if (state !== 'due') {
        state = 'due';
        setImmediate(endTurn);
      }
    },
    flushSync: writeOut,
  };
}
