import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components/Button';
import { cx } from '../lib/cx.ts';
import styles from './button.module.css';

export type ButtonProps = Omit<AriaButtonProps, 'className' | 'style'> & {
  look?: 'primary' | 'quiet' | 'plain' | 'danger';
  size?: 'regular' | 'small';
  isWide?: boolean;
};

export function Button({ look = 'quiet', size = 'regular', isWide = false, ...props }: ButtonProps) {
  return <AriaButton {...props} className={cx(styles['button'], styles[look], size === 'small' && styles['small'], isWide && styles['wide'])} />;
}
