import type { ReactNode } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField as AriaTextField, type TextFieldProps } from 'react-aria-components/TextField';
import styles from './text-field.module.css';

type Props = Omit<TextFieldProps, 'className' | 'style' | 'children'> & {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  isMultiline?: boolean;
  placeholder?: string;
  /** A name of this system rather than a word: no capitals, no spelling. */
  isCode?: boolean;
};

/** A labelled field. `error` is the server's word on it; what the browser can check itself it says in its own words. */
export function TextField({ label, hint, error, isMultiline = false, placeholder, isCode = false, ...props }: Props) {
  return (
    <AriaTextField {...props} isInvalid={error !== undefined} validationBehavior="aria" className={styles['field'] ?? ''}>
      <Label className={styles['label'] ?? ''}>{label}</Label>
      {isMultiline ? <TextArea rows={3} className={styles['input'] ?? ''} /> : <Input className={styles['input'] ?? ''} {...(placeholder ? { placeholder } : {})} {...(isCode ? { autoCapitalize: 'none', spellCheck: false } : {})} />}
      {hint && error === undefined ? <Text slot="description" className={styles['hint'] ?? ''}>{hint}</Text> : null}
      <FieldError className={styles['error'] ?? ''}>{error}</FieldError>
    </AriaTextField>
  );
}
