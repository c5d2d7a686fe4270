const parts = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/s;

/**
 * One address for each host of `postgres://user:password@a:5432,b:5432/name?target_session_attrs=read-write`, as libpq takes
 * it. Throws an Error whose message ends the sentence "NAME …", without the address: it may hold a password.
 */
export function serverUrls(url: string): readonly string[] {
  const [, before = '', hosts = '', after = ''] = parts.exec(url) ?? [];
  const urls = hosts.split(',').map((host) => `${before}${host}${after}`);
  if (before === '' || urls.some((each) => !URL.canParse(each))) throw new Error('must be a URL that begins with postgres:// or postgresql://, of one host or several, separated by commas');
  return Object.freeze(urls.map(withoutTarget));
}

/** Which server is written to we find out ourselves: a list is always asked for the one that takes writes. */
function withoutTarget(text: string): string {
  if (!text.includes('target_session_attrs')) return text;
  const url = new URL(text);
  const wanted = url.searchParams.get('target_session_attrs') ?? '';
  if (!['read-write', 'primary', ''].includes(wanted)) throw new Error('may say target_session_attrs=read-write or primary, and nothing else of it');
  url.searchParams.delete('target_session_attrs');
  return url.href;
}
