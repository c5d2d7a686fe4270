import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../../components/icon-button.tsx';
import { TextField } from '../../../components/text-field.tsx';
import { strings } from '../../../lib/strings/strings.ts';
import styles from './auth-page.module.css';

type Props = { label?: string; name?: string; autoFocus?: boolean; value: string; onChange: (value: string) => void; error?: string | undefined; hint?: string; autoComplete: 'current-password' | 'new-password' };

export function PasswordField({ label = strings.session.password, hint, ...props }: Props) {
  const [isShown, setShown] = useState(false);
  return (
    <div className={styles['password']}>
      <TextField label={label} type={isShown ? 'text' : 'password'} name="password" isRequired maxLength={128} {...props} {...(hint ? { hint } : {})} />
      <div className={styles['reveal']}>
        <IconButton label={isShown ? strings.session.hidePassword : strings.session.showPassword} onClick={() => setShown(!isShown)}>
          {isShown ? <EyeOff size={18} /> : <Eye size={18} />}
        </IconButton>
      </div>
    </div>
  );
}
