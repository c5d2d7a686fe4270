import { CircleAlert } from 'lucide-react';
import { describeError } from '../lib/sdk/describe-error.ts';
import { ErrorDetails } from './failure.tsx';
import styles from './states.module.css';

/** Why a form was refused, above its button. */
export function FormProblem({ error }: { error: unknown }) {
  if (!error) return null;
  const { words, requestId } = describeError(error);
  return (
    <div role="alert" className={styles['problem']}>
      <CircleAlert size={16} aria-hidden="true" />
      <div>
        {words}
        <ErrorDetails requestId={requestId} />
      </div>
    </div>
  );
}
