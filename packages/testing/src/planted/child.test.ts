// leaves: 1 child processes
import { spawn } from 'node:child_process';
import { test } from 'vitest';

test('leaves something', () => {
  spawn('sleep', ['20'], { stdio: 'ignore' });
});
