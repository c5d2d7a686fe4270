import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { useMembers } from '../../features/members/api/use-members.ts';
import { useDraft } from '../../features/messages/api/draft.ts';
import { useOutbox, usePendingSends } from '../../features/messages/api/outbox-context.ts';
import { createRowBuilder, type Row } from '../../features/messages/api/rows.ts';
import type { Timeline } from '../../features/messages/api/timeline.ts';
import type { useTimeline } from '../../features/messages/api/use-timeline.ts';
import { useSayTyping, useTypers } from '../../features/messages/api/use-typing.ts';
import { Announcer } from '../../features/messages/components/announcer.tsx';
import { Composer } from '../../features/messages/components/composer.tsx';
import { Divider } from '../../features/messages/components/divider.tsx';
import { History } from '../../features/messages/components/history.tsx';
import { MessageRow } from '../../features/messages/components/message-row.tsx';
import { PendingRow } from '../../features/messages/components/pending-row.tsx';
import { TypingLine } from '../../features/messages/components/typing-line.tsx';
import { useUnreadDivider } from '../../features/messages/components/use-unread-divider.ts';
import { useAttention, useMarkRead } from '../../features/rooms/api/use-mark-read.ts';
import { roomName } from '../../features/rooms/components/room-name.tsx';
import { formatDay } from '../../lib/format.ts';
import type { CurrentUser, Room } from '../../lib/sdk/models.ts';
import { strings } from '../../lib/strings/strings.ts';
import { useMedia } from '../../lib/use-media.ts';
import { Beginning } from './beginning.tsx';
import styles from './shell.module.css';

type Props = { room: Room; user: CurrentUser; view: ReturnType<typeof useTimeline> & { timeline: Timeline }; onAddPeople: () => void };

export function MessagePane({ room, user, view, onAddPeople }: Props) {
  const { timeline, older, newer, loadNewest } = view;
  const outbox = useOutbox();
  const everything = usePendingSends();
  const pending = useMemo(() => everything.filter((send) => send.roomId === room.id), [everything, room.id]);
  const [draft, setDraft] = useDraft(user.id, room.id);
  const sayTyping = useSayTyping(room.id);
  const composer = useRef<HTMLTextAreaElement>(null);
  const [isAtEnd, setAtEnd] = useState(false);
  const [sendCount, setSendCount] = useState(0);

  // Where there are keys one comes to write; a telephone's keyboard would cover what one came to read.
  const hasKeys = useMedia('(pointer: fine)');
  useEffect(() => {
    if (hasKeys) composer.current?.focus({ preventScroll: true });
  }, [hasKeys]);

  const isReading = useAttention() && isAtEnd && !timeline.hasMoreAfter;
  useMarkRead(room, isReading);
  const unreadAfterSeq = useUnreadDivider(room, isReading);
  const build = useMemo(() => createRowBuilder(user.id), [user.id]);
  const rows = useMemo(() => build({ timeline, pending, unreadAfterSeq }), [build, timeline, pending, unreadAfterSeq]);

  const renderRow = (row: Row) => {
    switch (row.kind) {
      case 'beginning':
        return <Beginning room={room}>{timeline.items.length === 0 ? <FirstSteps room={room} onAddPeople={onAddPeople} /> : null}</Beginning>;
      case 'day':
        return <Divider>{formatDay(row.at)}</Divider>;
      case 'unread':
        return <Divider isUnread>{strings.messages.unreadDivider}</Divider>;
      case 'message':
        return <MessageRow message={row.message} isFirst={row.isFirst} />;
      case 'pending':
        return <PendingRow send={row.send} author={user} isFirst={row.isFirst} onRetry={() => outbox.retry(row.send.nonce)} onDiscard={() => outbox.discard(row.send.nonce)} />;
    }
  };

  const changeDraft = useCallback((text: string) => {
    setDraft(text);
    sayTyping(text);
  }, [setDraft, sayTyping]);

  function send(content: string) {
    outbox.add(room.id, content);
    setSendCount((count) => count + 1);
    if (timeline.hasMoreAfter) void loadNewest().catch(() => undefined);
  }

  return (
    <>
      <History
        roomName={roomName(room)}
        rows={rows}
        renderRow={renderRow}
        older={{ ...older, hasMore: timeline.hasMoreBefore }}
        newer={{ ...newer, hasMore: timeline.hasMoreAfter }}
        newCount={room.my?.unreadCount ?? 0}
        followKey={sendCount}
        onAtEndChange={setAtEnd}
        onJumpToNewest={() => timeline.hasMoreAfter && void loadNewest().catch(() => undefined)}
        composer={composer}
      />
      <Composer roomName={roomName(room)} draft={draft} field={composer} onDraftChange={changeDraft} onSend={send} />
      <Typers room={room} userId={user.id} timeline={timeline} />
      <Announcer roomId={room.id} userId={user.id} />
    </>
  );
}

function FirstSteps({ room, onAddPeople }: { room: Room; onAddPeople: () => void }) {
  return (
    <>
      <p className={styles['hello']}>{strings.messages.beFirst}</p>
      {room.kind === 'private' && room.memberCount === 1 ? <Button onClick={onAddPeople}>{strings.messages.addFriends}</Button> : null}
    </>
  );
}

/** Names come from what was said; who has said nothing yet is looked up among the members. */
function Typers({ room, userId, timeline }: { room: Room; userId: string; timeline: Timeline }) {
  const typers = useTypers(room.id, userId);
  const names = new Map<string, string>();
  if (typers.length > 0) for (const { author } of timeline.items.slice(-200)) names.set(author.id, author.displayName);
  const members = useMembers(room.id, typers.some((id) => !names.has(id)));
  if (typers.length > 0) for (const { user } of members.data?.pages.flatMap((page) => page.items) ?? []) names.set(user.id, user.displayName);
  return <TypingLine names={typers.flatMap((id) => names.get(id) ?? [])} />;
}
