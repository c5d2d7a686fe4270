import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { Avatar } from '../../../components/avatar.tsx';
import { Button } from '../../../components/button.tsx';
import { Choice } from '../../../components/choice.tsx';
import { setPreferences, usePreferences } from '../../../lib/preferences/preferences.ts';
import type { CurrentUser } from '../../../lib/sdk/models.ts';
import { modifierKey } from '../../../lib/shortcuts.ts';
import { strings } from '../../../lib/strings/strings.ts';
import styles from './settings-page.module.css';

const words = strings.settings;

type Props = { user: CurrentUser; security: ReactNode; onSignOut: () => void };

export function SettingsPage({ user, security, onSignOut }: Props) {
  const { theme, density, enterSends } = usePreferences();
  return (
    <div className={styles['page']}>
      <Section title={words.profile}>
        <div className={styles['profile']}>
          <Avatar id={user.id} name={user.displayName} size="large" />
          <dl className={styles['facts']}>
            <div><dt className="visually-hidden">{strings.session.displayName}</dt><dd className={styles['name']}>{user.displayName}</dd></div>
            <div><dt className="visually-hidden">{strings.session.username}</dt><dd>@{user.username}</dd></div>
            {user.email ? <div><dt className="visually-hidden">{strings.session.email}</dt><dd>{user.email}</dd></div> : null}
          </dl>
        </div>
      </Section>
      <Section title={words.appearance}>
        <Choice
          label={words.theme}
          value={theme}
          onChange={(chosen) => setPreferences({ theme: chosen })}
          options={[
            { value: 'system', label: words.system, icon: <Monitor size={16} aria-hidden="true" /> },
            { value: 'light', label: words.light, icon: <Sun size={16} aria-hidden="true" /> },
            { value: 'dark', label: words.dark, icon: <Moon size={16} aria-hidden="true" /> },
          ]}
        />
        <Choice label={words.density} value={density} onChange={(chosen) => setPreferences({ density: chosen })} options={[{ value: 'cosy', label: words.cosy }, { value: 'compact', label: words.compact }]} />
      </Section>
      <Section title={words.writing}>
        <Choice
          label={words.enterKey}
          value={enterSends ? 'sends' : 'breaks'}
          onChange={(chosen) => setPreferences({ enterSends: chosen === 'sends' })}
          options={[
            { value: 'sends', label: words.enterSends, hint: words.enterSendsHint },
            { value: 'breaks', label: words.enterBreaks, hint: words.enterBreaksHint(`${modifierKey}Enter`) },
          ]}
        />
      </Section>
      <Section title={words.keyboard}>
        <dl className={styles['keys']}>
          <Shortcut keys={`${modifierKey}K`} text={words.shortcuts.switcher} />
          <Shortcut keys="Alt+↑ ↓" text={words.shortcuts.nextRoom} />
        </dl>
      </Section>
      <Section title={words.security}>{security}</Section>
      <Section title={words.session}>
        <p className={styles['text']}>{words.profileOf(user.displayName)}</p>
        <Button look="danger" onClick={onSignOut}>{words.signOut}</Button>
      </Section>
    </div>
  );
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={styles['section']}>
    <h2 className={styles['title']}>{title}</h2>
    {children}
  </section>
);

const Shortcut = ({ keys, text }: { keys: string; text: string }) => (
  <div><dt>{text}</dt><dd><kbd>{keys}</kbd></dd></div>
);
