import type { Schemas } from '@confab/contract';

import type { PresenceStore } from './access.ts';

type State = Schemas['PresenceState'];

/** The presences that one connection watches. */
export interface Watch {
  /** All of them; what they are now is told at once of those that were not watched before. */
  set(userIds: ReadonlySet<string>): void;
  close(): void;
}

/** The presences that somebody here watches. */
export interface Presences {
  /** `send` answers whether it was taken; what was not is told later. */
  open(send: (userId: string, state: State) => boolean): Watch;
  /** One user's state, as Redis' channel says it: user, state and version. */
  heard(message: string): void;
  /** Messages may have been lost. */
  reload(): void;
}

export interface PresencesDeps {
  readonly store: PresenceStore;
  /** Changes wait so long, and only the last of each user is told. */
  readonly batchMs: number;
  later(delayMs: number, work: () => void): void;
}

interface Watched {
  state: State | undefined;
  version: number;
  readonly watchers: Set<Watcher>;
}

interface Watcher {
  tell(userId: string, state: State): void;
  flush(): void;
}

const retryMs = 2_000;

export function createPresences({ store, batchMs, later }: PresencesDeps): Presences {
  const watched = new Map<string, Watched>();
  let isRetrying = false;

  function note(userId: string, state: State, version: number, versionBefore?: number): void {
    const known = watched.get(userId);
    if (known === undefined || (version <= known.version && versionBefore !== known.version)) return;
    const before = known.state;
    Object.assign(known, { state, version });
    if (state !== before) for (const watcher of known.watchers) watcher.tell(userId, state);
  }

  async function load(userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    // An answer may be older than what is heard meanwhile; else it is right, even where Redis was emptied.
    const before = new Map(userIds.map((userId) => [userId, watched.get(userId)?.version]));
    const read = await store.read(userIds);
    if (read !== undefined) return read.forEach(({ state, version }, userId) => note(userId, state, version, before.get(userId)));
    if (isRetrying) return;
    isRetrying = true;
    later(retryMs, () => {
      isRetrying = false;
      void load([...watched].flatMap(([userId, { state }]) => (state === undefined ? [userId] : [])));
    });
  }

  function follow(watcher: Watcher, userId: string): Watched {
    const known = watched.get(userId) ?? { state: undefined, version: 0, watchers: new Set() };
    known.watchers.add(watcher);
    watched.set(userId, known);
    return known;
  }

  function unfollow(watcher: Watcher, userId: string): void {
    const known = watched.get(userId);
    known?.watchers.delete(watcher);
    if (known?.watchers.size === 0) watched.delete(userId);
  }

  function open(send: (userId: string, state: State) => boolean): Watch {
    let mine: ReadonlySet<string> = new Set();
    const told = new Map<string, State>();
    const pending = new Map<string, State>();
    let isWaiting = false;

    const watcher: Watcher = {
      tell(userId, state) {
        pending.set(userId, state);
        wait();
      },
      flush() {
        for (const [userId, state] of pending) {
          if (told.get(userId) !== state && !send(userId, state)) break;
          told.set(userId, state);
          pending.delete(userId);
        }
        if (pending.size > 0) wait();
      },
    };

    function wait(): void {
      if (isWaiting) return;
      isWaiting = true;
      later(batchMs, () => {
        isWaiting = false;
        watcher.flush();
      });
    }

    function set(userIds: ReadonlySet<string>): void {
      const added = [...userIds].filter((userId) => !mine.has(userId));
      for (const userId of mine) {
        if (userIds.has(userId)) continue;
        unfollow(watcher, userId);
        told.delete(userId);
        pending.delete(userId);
      }
      mine = new Set(userIds);
      const unknown = added.filter((userId) => {
        const { state } = follow(watcher, userId);
        if (state !== undefined) pending.set(userId, state);
        return state === undefined;
      });
      void load(unknown).then(watcher.flush);
    }

    return { set, close: () => set(new Set()) };
  }

  return {
    open,
    heard(message) {
      const [userId = '', state = '', version] = message.split(' ');
      note(userId, state, Number(version));
    },
    reload: () => void load([...watched.keys()]),
  };
}
