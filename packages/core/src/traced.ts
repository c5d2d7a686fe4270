import { inSpan } from '@confab/runtime';

/** The services with a span around each call of a method that belongs to a request, frame or job: `messages.send`. */
export function traced<S extends object>(services: S): S {
  const wrapped = Object.entries(services).map(([subject, service]) => [subject, tracedService(subject, service as Record<string, unknown>)]);
  return Object.fromEntries(wrapped) as S;
}

function tracedService(subject: string, service: Readonly<Record<string, unknown>>): object {
  const methods = Object.entries(service).map(([name, method]) => {
    const span = `${subject}.${name}`;
    const options = { attributes: { 'code.function.name': span } };
    const call = (...input: unknown[]) => inSpan(span, options, () => (method as (...input: unknown[]) => unknown)(...input));
    return [name, typeof method === 'function' ? call : method];
  });
  return Object.fromEntries(methods) as object;
}
