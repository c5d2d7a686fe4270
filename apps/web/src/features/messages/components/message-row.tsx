import { memo } from 'react';
import { Avatar } from '../../../components/avatar.tsx';
import { ServerHtml } from '../../../components/server-html.tsx';
import { cx } from '../../../lib/cx.ts';
import { formatFull, formatTime } from '../../../lib/format.ts';
import type { Message } from '../../../lib/sdk/models.ts';
import { strings } from '../../../lib/strings/strings.ts';
import styles from './row.module.css';

/** A message. Those that follow one of the same author drop the face, but not for who listens instead of looking. */
export const MessageRow = memo(function MessageRow({ message, isFirst }: { message: Message; isFirst: boolean }) {
  if (message.type === 'system') {
    return <div className={cx(styles['row'], styles['system'])}><ServerHtml html={message.html} /></div>;
  }
  const { author, createdAt } = message;
  return (
    <article className={cx(styles['row'], isFirst && styles['first'])}>
      <div className={styles['gutter']}>
        {isFirst ? <Avatar id={author.id} name={author.displayName} size="message" /> : <time dateTime={createdAt} aria-hidden="true" className={styles['gutterTime']}>{formatTime(createdAt)}</time>}
      </div>
      <div className={styles['body']}>
        <Byline name={author.displayName} at={createdAt} isFirst={isFirst} />
        <div className={styles['content']}>
          {message.deletedAt === null ? <ServerHtml html={message.html} /> : <em className={styles['mark']}>{strings.messages.deleted}</em>}
          {message.editedAt !== null && message.deletedAt === null ? <span className={styles['mark']} title={formatFull(message.editedAt)}> {strings.messages.edited}</span> : null}
        </div>
      </div>
    </article>
  );
});

export function Byline({ name, at, isFirst }: { name: string; at: string; isFirst: boolean }) {
  if (!isFirst) return <span className="visually-hidden">{name} {strings.messages.at(formatTime(at))}</span>;
  return (
    <div className={styles['byline']}>
      <span className={styles['author']}>{name}</span>
      <time dateTime={at} title={formatFull(at)} className={styles['time']}>{formatTime(at)}</time>
    </div>
  );
}
