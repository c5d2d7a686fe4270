import type { Logger } from './logger.ts';
import type { TracingSettings } from './tracing-settings.ts';

export type Tracing = { stop(): Promise<void> };

/** Begun before anything that shall be traced, and stopped after it. Off it loads nothing. */
export async function startTracing(options: { process: 'api' | 'gateway' | 'worker'; settings: TracingSettings; logger: Logger }): Promise<Tracing> {
  if (!options.settings.isOn) return { stop: async () => undefined };
  const { startSdk } = await import('./tracing-sdk.ts');
  return { stop: startSdk(options) };
}
