import { Button, type ButtonProps } from 'react-aria-components/Button';
import { TooltipTrigger } from 'react-aria-components/Tooltip';
import { cx } from '../lib/cx.ts';
import { Tip } from './tip.tsx';
import styles from './icon-button.module.css';

type Props = Omit<ButtonProps, 'className' | 'style' | 'aria-label'> & {
  /** Its name for everybody: read out, and shown as the tip. */
  label: string;
  shortcut?: string;
  isOn?: boolean;
};

export function IconButton({ label, shortcut, isOn, ...props }: Props) {
  return (
    <TooltipTrigger delay={500} closeDelay={0}>
      <Button {...props} aria-label={label} {...(isOn === undefined ? {} : { 'aria-pressed': isOn })} className={cx(styles['button'], isOn && styles['on'])} />
      <Tip shortcut={shortcut}>{label}</Tip>
    </TooltipTrigger>
  );
}
