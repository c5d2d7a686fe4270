import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { IconButton } from '../../../components/icon-button.tsx';
import { strings } from '../../../lib/strings/strings.ts';

type Props = { label: string; text: string; isSmall?: boolean };

/** Says that it has copied. Where the clipboard is refused (plain http) the text can still be selected. */
export function CopyButton({ label, text, isSmall = false }: Props) {
  const [isCopied, setCopied] = useState(false);
  const Icon = isCopied ? Check : Copy;
  const copy = () => {
    navigator.clipboard?.writeText(text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    }, () => undefined);
  };
  const said = <span role="status" className="visually-hidden">{isCopied ? strings.security.copied : ''}</span>;
  if (isSmall) return <><IconButton label={label} onClick={copy}><Icon size={16} /></IconButton>{said}</>;
  return <><Button onClick={copy}><Icon size={16} aria-hidden="true" /> {label}</Button>{said}</>;
}
