// breaks: typescript(no-misused-promises)
import type { EventEmitter } from 'node:events';

export function listen(source: EventEmitter, save: () => Promise<void>): void {
  source.on('change', async () => {
    await save();
  });
}
