import type { ReactNode } from 'react';
import { strings } from '../../../lib/strings/strings.ts';
import styles from './auth-page.module.css';

/** The frame of signing in and registering. */
export function AuthPage({ title, notice, children, footer }: { title: string; notice?: string | undefined; children: ReactNode; footer: ReactNode }) {
  return (
    <main className={styles['page']}>
      <div className={styles['card']}>
        <header className={styles['header']}>
          <img src="/icon.svg" alt="" width={36} height={36} />
          <p className={styles['product']}>{strings.product}</p>
          <p className={styles['tagline']}>{strings.session.tagline}</p>
        </header>
        <h1 className={styles['title']}>{title}</h1>
        {notice ? <p role="status" className={styles['notice']}>{notice}</p> : null}
        {children}
        <p className={styles['footer']}>{footer}</p>
      </div>
    </main>
  );
}
