import { Label } from 'react-aria-components/Label';
import { Radio, RadioGroup } from 'react-aria-components/RadioGroup';
import type { ReactNode } from 'react';
import styles from './choice.module.css';

type Option<T extends string> = { value: T; label: string; hint?: string; icon?: ReactNode };
type Props<T extends string> = { label: string; value: T; options: Option<T>[]; onChange: (value: T) => void };

/** One of a few, all of them in sight. */
export function Choice<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <RadioGroup value={value} onChange={(chosen) => onChange(chosen as T)} className={styles['group'] ?? ''}>
      <Label className={styles['label'] ?? ''}>{label}</Label>
      <div className={styles['options']}>
        {options.map((option) => (
          <Radio key={option.value} value={option.value} className={styles['option'] ?? ''}>
            {option.icon}
            <span>
              {option.label}
              {option.hint ? <small>{option.hint}</small> : null}
            </span>
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
