import { strings } from '../lib/strings/strings.ts';
import { describeError } from '../lib/sdk/describe-error.ts';
import { Button } from './button.tsx';
import styles from './states.module.css';

type Props = { error: unknown; onRetry?: (() => void) | undefined; title?: string };

/** What happened in plain words, a way to try again, and what an operator needs under "Details". */
export function Failure({ error, onRetry, title }: Props) {
  const { words, requestId } = describeError(error);
  return (
    <div className={styles['state']} role="alert">
      {title ? <p className={styles['title']}>{title}</p> : null}
      <p className={styles['text']}>{words}</p>
      {onRetry ? <Button onClick={onRetry}>{strings.retry}</Button> : null}
      <ErrorDetails requestId={requestId} />
    </div>
  );
}

export function ErrorDetails({ requestId }: { requestId: string | undefined }) {
  if (!requestId) return null;
  return (
    <details className={styles['details']}>
      <summary>{strings.details}</summary>
      {strings.requestId} <code>{requestId}</code>
    </details>
  );
}
