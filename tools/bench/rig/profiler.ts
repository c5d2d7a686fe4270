import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

/**
 * Loaded before the program that is to be profiled: the first SIGUSR2 begins a CPU profile, the second ends it and writes it to
 * PROFILE_TO. Node's own `--cpu-prof` has the start in it, and all that is done before V8 has compiled what is done often.
 */
const session = new Session();
let isOn = false;
process.on('SIGUSR2', () => {
  isOn = !isOn;
  if (isOn) {
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.start');
    return;
  }
  session.post('Profiler.stop', (error, { profile }) => {
    if (error !== null) throw error;
    writeFileSync(join(process.env['PROFILE_TO'] ?? '', `${process.pid}.cpuprofile`), JSON.stringify(profile));
    session.disconnect();
  });
});
