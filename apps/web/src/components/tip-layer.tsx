import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import styles from './tip-layer.module.css';

const patienceMs = 500;
const edgePx = 8;

/** Shows the name of whatever bears `data-tip` while it is pointed at or has the keyboard's focus; Escape takes it away. The name itself is the element's label, so nobody has to hear it twice. */
export function TipLayer() {
  const [target, setTarget] = useState<HTMLElement>();
  const tip = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const hide = () => {
      clearTimeout(timer);
      setTarget(undefined);
    };
    const show = (event: Event, delayMs: number) => {
      hide();
      const found = (event.target as Element).closest<HTMLElement>('[data-tip]');
      if (found) timer = setTimeout(setTarget, delayMs, found);
    };
    const onPointer = (event: PointerEvent) => event.pointerType === 'mouse' && show(event, patienceMs);
    const onFocus = (event: FocusEvent) => (event.target as Element).matches(':focus-visible') && show(event, 0);
    const onKey = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    document.addEventListener('pointerover', onPointer);
    document.addEventListener('focusin', onFocus);
    document.addEventListener('keydown', onKey);
    const ends = ['pointerdown', 'focusout', 'scroll'] as const;
    for (const type of ends) document.addEventListener(type, hide, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', onPointer);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('keydown', onKey);
      for (const type of ends) document.removeEventListener(type, hide, true);
    };
  }, []);

  // Below its element, above where there is no room, and never over the edge.
  useLayoutEffect(() => {
    if (!target || !tip.current) return;
    const { width, height } = tip.current.getBoundingClientRect();
    const place = target.getBoundingClientRect();
    const below = place.bottom + 6;
    const left = Math.min(Math.max(place.left + place.width / 2 - width / 2, edgePx), innerWidth - width - edgePx);
    const top = below + height > innerHeight - edgePx ? place.top - height - 6 : below;
    tip.current.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }, [target]);

  return target?.isConnected ? <div ref={tip} aria-hidden="true" className={styles['tip']}>{target.dataset['tip']}</div> : null;
}
