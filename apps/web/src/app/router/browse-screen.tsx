import { useNavigate } from '@tanstack/react-router';
import { BrowseRooms } from '../../features/rooms/components/browse-rooms.tsx';
import { strings } from '../../lib/strings/strings.ts';
import { Page } from './page.tsx';
import { useShellActions } from './shell-actions.ts';

export function BrowseScreen() {
  const navigate = useNavigate();
  const { createRoom } = useShellActions();
  return (
    <Page title={strings.rooms.browse}>
      <BrowseRooms onOpen={(roomId) => void navigate({ to: '/rooms/$roomId', params: { roomId } })} onCreate={createRoom} />
    </Page>
  );
}
