import { SendHorizontal } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useId } from 'react';
import { IconButton } from '../../../components/icon-button.tsx';
import { cx } from '../../../lib/cx.ts';
import { usePreferences } from '../../../lib/preferences/preferences.ts';
import { modifierKey } from '../../../lib/shortcuts.ts';
import { strings } from '../../../lib/strings/strings.ts';
import { useMedia } from '../../../lib/use-media.ts';
import styles from './composer.module.css';

export const contentLimit = 4000;
const counterFrom = 3500;

type Props = {
  roomName: string;
  draft: string;
  field: RefObject<HTMLTextAreaElement | null>;
  onDraftChange: (draft: string) => void;
  onSend: (content: string) => void;
};

export function Composer({ roomName, draft, field, onDraftChange, onSend }: Props) {
  const id = useId();
  const { enterSends } = usePreferences();
  const isTouch = useMedia('(pointer: coarse)');
  // The server counts characters, not UTF-16 units; counting is for long texts only.
  const length = draft.length < counterFrom ? draft.length : [...draft].length;
  const isTooLong = length > contentLimit;
  const canSend = draft.trim() !== '' && !isTooLong;

  function submit() {
    if (!canSend) return;
    onSend(draft.trim());
    onDraftChange('');
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    // Enter that ends an input method's composition is not ours.
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    const isBare = !event.shiftKey && !event.altKey;
    if (event.ctrlKey || event.metaKey || (isBare && enterSends && !isTouch)) {
      event.preventDefault();
      submit();
    }
  }

  return (
    <form className={cx(styles['composer'], isTooLong && styles['invalid'])} onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <div className={styles['grow']} data-text={draft}>
        <textarea
          ref={field}
          rows={1}
          className={styles['field']}
          value={draft}
          aria-label={strings.composer.label(roomName)}
          aria-describedby={`${id}-hint ${id}-count`}
          aria-invalid={isTooLong}
          placeholder={strings.composer.label(roomName)}
          enterKeyHint={enterSends && !isTouch ? 'send' : 'enter'}
          onChange={(event) => onDraftChange(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div className={styles['tools']}>
        <Counter id={`${id}-count`} length={length} />
        <IconButton label={strings.composer.send} type="submit" disabled={!canSend}><SendHorizontal size={18} /></IconButton>
      </div>
      <span id={`${id}-hint`} hidden>{enterSends ? strings.composer.hintEnter : strings.composer.hintModifier(`${modifierKey}Enter`)}</span>
    </form>
  );
}

function Counter({ id, length }: { id: string; length: number }) {
  const left = contentLimit - length;
  const isOver = left < 0;
  return (
    <span id={id} className={cx(styles['counter'], isOver && styles['over'])}>
      {length < counterFrom ? null : (
        <>
          <span aria-hidden="true">{isOver ? strings.composer.over(-left) : strings.composer.counter(length, contentLimit)}</span>
          <span className="visually-hidden" role="status">{isOver ? strings.composer.over(-left) : left <= 100 ? strings.composer.left(Math.ceil(left / 20) * 20) : ''}</span>
        </>
      )}
    </span>
  );
}
