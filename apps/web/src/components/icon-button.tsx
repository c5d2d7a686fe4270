import type { ButtonHTMLAttributes } from 'react';
import styles from './icon-button.module.css';

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'aria-label'> & {
  /** Its name for everybody: read out, and shown as the tip. */
  label: string;
};

export function IconButton({ label, type = 'button', ...props }: Props) {
  return <button {...props} type={type} aria-label={label} data-tip={label} className={styles['button']} />;
}
