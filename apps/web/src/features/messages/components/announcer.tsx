import { useEffect, useState } from 'react';
import { textOf } from '../../../components/server-html.tsx';
import type { Message } from '../../../lib/sdk/models.ts';
import { useConfab } from '../../../lib/sdk/use-confab.ts';
import { strings } from '../../../lib/strings/strings.ts';

const kept = 5;

/** The one log region: reads out what others say here as it happens. The backlog is there to be read, not announced. */
export function Announcer({ roomId, userId }: { roomId: string; userId: string }) {
  const { realtime } = useConfab();
  const [heard, setHeard] = useState<Message[]>([]);
  useEffect(
    () =>
      realtime.on('message.created', ({ data }) => {
        if (data.roomId !== roomId || data.author.id === userId || realtime.state !== 'live') return;
        setHeard((messages) => [...messages.slice(1 - kept), data]);
      }),
    [realtime, roomId, userId],
  );
  return (
    <div role="log" aria-live="polite" aria-relevant="additions" aria-label={strings.messages.announcements} className="visually-hidden">
      {heard.map((message) => <p key={message.id}>{strings.messages.announce(message.author.displayName, textOf(message.html))}</p>)}
    </div>
  );
}
