/** How long those wait who can do without Redis. A hung server must not hang them too. */
const usualPatienceMs = 300;

/** Rejects when the answer does not come in time; the command itself may still arrive. */
export async function within<T>(answer: Promise<T>, patienceMs = usualPatienceMs): Promise<T> {
  const late = Promise.withResolvers<never>();
  // If we were the ones who were late, the answer lies in the socket, which is read before the next immediate.
  const timer = setTimeout(() => setImmediate(() => late.reject(new Error(`no answer within ${patienceMs} ms`))), patienceMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
