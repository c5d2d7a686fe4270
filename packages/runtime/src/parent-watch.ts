const everyMs = 1000;

/**
 * Calls back once when the process is gone. A direct parent is also seen to be gone when this process was given to
 * another: a killed parent that nobody has reaped still answers to signal 0.
 */
export function watchParent(pid: number, onGone: () => void): void {
  const isDirectParent = process.ppid === pid;
  const timer = setInterval(() => {
    if (isAlive(pid) && (!isDirectParent || process.ppid === pid)) return;
    clearInterval(timer);
    onGone();
  }, everyMs);
  timer.unref();
}

/** Whether there is a process of this number, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
