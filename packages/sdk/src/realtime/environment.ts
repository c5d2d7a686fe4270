/** What browsers tell about the network and the page; Node has nothing of it. */
interface Surroundings {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
  document?: { visibilityState: string; addEventListener(type: string, listener: () => void): void; removeEventListener(type: string, listener: () => void): void };
}

/** Tells when it is worth trying at once, and when the network seems gone. Returns how to stop. */
export function watchEnvironment(changed: (network: 'up' | 'down') => void): () => void {
  const surroundings = globalThis as Surroundings;
  const { document } = surroundings;
  const up = () => changed('up');
  const down = () => changed('down');
  const shown = () => {
    if (document?.visibilityState === 'visible') up();
  };
  surroundings.addEventListener?.('online', up);
  surroundings.addEventListener?.('offline', down);
  document?.addEventListener('visibilitychange', shown);
  return () => {
    surroundings.removeEventListener?.('online', up);
    surroundings.removeEventListener?.('offline', down);
    document?.removeEventListener('visibilitychange', shown);
  };
}
