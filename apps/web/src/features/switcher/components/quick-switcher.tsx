import { Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete';
import { Dialog } from 'react-aria-components/Dialog';
import { Input } from 'react-aria-components/Input';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { SearchField } from 'react-aria-components/SearchField';
import { strings } from '../../../lib/strings/strings.ts';
import styles from './quick-switcher.module.css';

export type Destination = { id: string; name: string; icon: ReactNode; note?: string | undefined; go: () => void };

/** Ctrl/Cmd-K: type a few letters, Enter, there. The first match is always chosen. */
export function QuickSwitcher({ destinations, onClose }: { destinations: Destination[]; onClose: () => void }) {
  const { contains } = useFilter({ sensitivity: 'base' });
  const go = (id: string | number) => {
    onClose();
    destinations.find((destination) => destination.id === id)?.go();
  };
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(isOpen) => !isOpen && onClose()} className={styles['overlay'] ?? ''}>
      <Modal className={styles['modal'] ?? ''}>
        <Dialog aria-label={strings.switcher.title} className={styles['dialog'] ?? ''}>
          <Autocomplete filter={contains}>
            <SearchField autoFocus aria-label={strings.switcher.placeholder} className={styles['search'] ?? ''}>
              <Search size={18} aria-hidden="true" />
              <Input placeholder={strings.switcher.placeholder} className={styles['input'] ?? ''} />
            </SearchField>
            <ListBox aria-label={strings.switcher.results} items={destinations} onAction={go} className={styles['list'] ?? ''} renderEmptyState={() => <p className={styles['empty']}>{strings.switcher.empty}</p>}>
              {(destination) => (
                <ListBoxItem id={destination.id} textValue={destination.name} className={styles['item'] ?? ''}>
                  {destination.icon}
                  <span className={styles['name']}>{destination.name}</span>
                  {destination.note ? <span className={styles['note']}>{destination.note}</span> : null}
                </ListBoxItem>
              )}
            </ListBox>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
