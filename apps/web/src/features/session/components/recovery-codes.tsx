import { Download } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../../../components/button.tsx';
import { strings } from '../../../lib/strings/strings.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './security.module.css';

const words = strings.security;

function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = words.fileName;
  link.click();
  URL.revokeObjectURL(url);
}

/** Shown this once. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const text = `${codes.join('\n')}\n`;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className={styles['enrolment']}>
      <h4 ref={heading} tabIndex={-1} className={styles['title']}>{words.recoveryTitle}</h4>
      <p className={styles['text']}>{words.recoveryText}</p>
      <ul className={styles['codes']}>{codes.map((code) => <li key={code}>{code}</li>)}</ul>
      <div className={styles['actions']}>
        <CopyButton label={words.copyCodes} text={text} />
        <Button onClick={() => save(text)}><Download size={16} aria-hidden="true" /> {words.download}</Button>
        <Button look="primary" onClick={onKept}>{words.kept}</Button>
      </div>
    </div>
  );
}
