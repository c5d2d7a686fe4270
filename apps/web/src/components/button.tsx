import type { ButtonHTMLAttributes, MouseEvent } from 'react';
import { cx } from '../lib/cx.ts';
import styles from './button.module.css';

type Props = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'disabled'> & {
  look?: 'primary' | 'quiet' | 'plain' | 'danger';
  size?: 'regular' | 'small';
  isWide?: boolean;
  /** At work already. It keeps the focus, as a disabled one would not, and does nothing more. */
  isPending?: boolean;
};

export function Button({ look = 'quiet', size = 'regular', isWide = false, isPending = false, type = 'button', onClick, ...props }: Props) {
  const act = (event: MouseEvent<HTMLButtonElement>) => (isPending ? event.preventDefault() : onClick?.(event));
  return (
    <button
      {...props}
      type={type}
      onClick={act}
      {...(isPending ? { 'aria-disabled': true } : {})}
      className={cx(styles['button'], styles[look], size === 'small' && styles['small'], isWide && styles['wide'])}
    />
  );
}
