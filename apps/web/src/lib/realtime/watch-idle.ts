const idleAfterMs = 5 * 60_000;
const lookEveryMs = 15_000;
const inputs = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart', 'focus'];

/** Says when nobody has touched the page for five minutes, and when somebody does again. No input reaches a hidden tab. */
export function watchIdle(target: EventTarget, handler: (isIdle: boolean) => void): () => void {
  let touchedAt = Date.now();
  let isIdle = false;
  const turn = (to: boolean) => {
    if (to === isIdle) return;
    isIdle = to;
    handler(to);
  };
  const touch = () => {
    touchedAt = Date.now();
    turn(false);
  };
  const looking = setInterval(() => turn(Date.now() - touchedAt >= idleAfterMs), lookEveryMs);
  for (const input of inputs) target.addEventListener(input, touch, { passive: true });
  return () => {
    clearInterval(looking);
    for (const input of inputs) target.removeEventListener(input, touch);
  };
}
