import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { strings } from '../lib/strings/strings.ts';
import { IconButton } from './icon-button.tsx';
import styles from './dialog.module.css';

type Props = { title: string; onClose: () => void; children: ReactNode; role?: 'dialog' | 'alertdialog' };

/** A modal dialog. It is open as long as it is rendered; Escape and a press outside close it. */
export function ModalDialog({ title, onClose, children, role = 'dialog' }: Props) {
  return (
    <ModalOverlay isOpen isDismissable onOpenChange={(isOpen) => !isOpen && onClose()} className={styles['overlay'] ?? ''}>
      <Modal className={styles['modal'] ?? ''}>
        <Dialog role={role} className={styles['dialog'] ?? ''}>
          <header className={styles['header']}>
            <Heading slot="title" level={2} className={styles['title'] ?? ''}>{title}</Heading>
            <IconButton label={strings.close} onClick={onClose}><X size={18} /></IconButton>
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
