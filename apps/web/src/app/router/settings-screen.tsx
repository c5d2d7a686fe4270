import { useRouteContext } from '@tanstack/react-router';
import { Security } from '../../features/session/components/security.tsx';
import { SettingsPage } from '../../features/settings/components/settings-page.tsx';
import { useConfab } from '../../lib/sdk/use-confab.ts';
import { strings } from '../../lib/strings/strings.ts';
import { Page } from './page.tsx';

export function SettingsScreen() {
  const confab = useConfab();
  const { user } = useRouteContext({ from: '/shell' });
  return (
    <Page title={strings.settings.title}>
      {/* Signed out here even if the server cannot be told. */}
      <SettingsPage user={confab.auth.user ?? user} security={<Security />} onSignOut={() => void confab.auth.signOut().catch(() => undefined)} />
    </Page>
  );
}
