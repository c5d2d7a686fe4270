import { Link } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import { strings } from '../../lib/strings/strings.ts';
import styles from './shell.module.css';

type Props = { title: string; header?: ReactNode; children: ReactNode; isInert?: boolean };

/** The conversation pane: a header with the way back to the list where that is a screen of its own, and what the route shows. */
export function Page({ title, header, children, isInert = false }: Props) {
  return (
    <main id="conversation" tabIndex={-1} className={styles['page']} inert={isInert}>
      <title>{`${title} · ${strings.product}`}</title>
      <header className={styles['pageHeader']}>
        <Link to="/" aria-label={strings.back} className={styles['back']}><ArrowLeft size={20} aria-hidden="true" /></Link>
        {header ?? <h1 className={styles['pageTitle']}>{title}</h1>}
      </header>
      {children}
    </main>
  );
}
