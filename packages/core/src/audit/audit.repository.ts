import { named, type Tx } from '@confab/db';
import { currentContext } from '@confab/runtime';
import { v7 as uuidv7 } from 'uuid';

export type AuditAction =
  | 'user.registered'
  | 'session.started'
  | 'session.ended'
  | 'sign_in.failed'
  | 'refresh.reused'
  | 'password.changed'
  | 'password.refused'
  | 'second_factor.enabled'
  | 'second_factor.removed'
  | 'signing_key.rotated';

export interface AuditEntry {
  readonly action: AuditAction;
  readonly at: Date;
  /** Who did it; null where nobody is known. */
  readonly actorId: string | null;
  /** Whom it is about, if that is somebody. */
  readonly subjectId?: string | null;
  readonly sessionId?: string | null;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** In the transaction of what it tells of. Address and request are those of the current context. */
export async function insertAuditEntries(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const { requestId = '', address = '' } = currentContext() ?? {};
  await named(tx, 'audit.insert')
    .insertInto('audit_entries')
    .values(
      entries.map(({ action, at, actorId, subjectId = null, sessionId = null, details = {} }) => ({
        id: uuidv7(),
        at,
        action,
        actor_id: actorId,
        subject_id: subjectId,
        session_id: sessionId,
        address,
        request_id: requestId,
        details: JSON.stringify(details),
      })),
    )
    .execute();
}
