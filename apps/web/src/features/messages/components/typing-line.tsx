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
  const [first, ...others] = names;
  if (first === undefined) return '';
  if (others.length === 0) return strings.typing.one(first);
  return others.length > 2 ? strings.typing.many : strings.typing.some(formatList(names));
}
