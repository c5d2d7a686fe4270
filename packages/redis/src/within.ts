/** How long those wait who can do without Redis. A hung server must not hang them too. */
const patienceMs = 300;

/** Rejects when the answer does not come in time; the command itself may still arrive. */
export async function within<T>(answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
