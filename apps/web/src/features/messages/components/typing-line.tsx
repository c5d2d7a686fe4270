import { formatList } from '../../../lib/format.ts';
import { strings } from '../../../lib/strings/strings.ts';
import styles from './typing-line.module.css';

/** Who is typing. The line is always there, so that nothing moves when somebody begins. */
export function TypingLine({ names }: { names: string[] }) {
  return (
    <div className={styles['line']}>
      {names.length > 0 ? <span className={styles['dots']} aria-hidden="true"><i /><i /><i /></span> : null}
      <span className={styles['text']}>{sentence(names)}</span>
    </div>
  );
}

function sentence(names: string[]): string {
  if (names.length === 0) return '';
  if (names.length > 3) return strings.typing.many;
  return names.length === 1 ? strings.typing.one(names[0]!) : strings.typing.some(formatList(names));
}
