import { CircleAlert, Clock } from 'lucide-react';
import { Avatar } from '../../../components/avatar.tsx';
import { Button } from '../../../components/button.tsx';
import { ErrorDetails } from '../../../components/failure.tsx';
import { cx } from '../../../lib/cx.ts';
import { describeError } from '../../../lib/sdk/describe-error.ts';
import type { Person } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useDelayed } from '../../../lib/use-delayed.ts';
import type { PendingSend } from '../api/outbox.ts';
import { Byline } from './message-row.tsx';
import styles from './row.module.css';

type Props = { send: PendingSend; author: Person; isFirst: boolean; onRetry: () => void; onDiscard: () => void };

/** What I wrote, before the server has it. It looks like a message at once, and dims only if that takes a while. */
export function PendingRow({ send, author, isFirst, onRetry, onDiscard }: Props) {
  const isSlow = useDelayed(send.state === 'sending', 300);
  return (
    <article className={cx(styles['row'], isFirst && styles['first'])} data-state={send.state}>
      <div className={styles['gutter']}>{isFirst ? <Avatar id={author.id} name={author.displayName} size="message" /> : null}</div>
      <div className={styles['body']}>
        <Byline name={author.displayName} at={send.createdAt} isFirst={isFirst} />
        <div className={cx(styles['content'], styles['source'], (isSlow || send.state === 'waiting') && styles['dimmed'])}>{send.content}</div>
        {isSlow ? <span className="visually-hidden">{strings.messages.sending}</span> : null}
        {send.state === 'waiting' ? <p className={styles['note']}><Clock size={13} aria-hidden="true" />{strings.messages.waiting}</p> : null}
        {send.state === 'failed' ? <Failed error={send.error} onRetry={onRetry} onDiscard={onDiscard} /> : null}
      </div>
    </article>
  );
}

function Failed({ error, onRetry, onDiscard }: { error: unknown; onRetry: () => void; onDiscard: () => void }) {
  const { words, requestId } = describeError(error);
  return (
    <div role="alert" className={cx(styles['note'], styles['failed'])}>
      <CircleAlert size={14} aria-hidden="true" />
      <span>{strings.messages.notSent} {words}</span>
      <span className={styles['actions']}>
        <Button size="small" onClick={onRetry}>{strings.messages.resend}</Button>
        <Button size="small" look="plain" onClick={onDiscard}>{strings.messages.discard}</Button>
      </span>
      <ErrorDetails requestId={requestId} />
    </div>
  );
}
