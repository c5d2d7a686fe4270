import { expect, test } from 'vitest';
import { serverUrls } from './database-url.ts';

test.each([
  ['postgres://a/db', ['postgres://a/db']],
  ['postgresql://u:p%40%2C@a:1/db?x=1', ['postgresql://u:p%40%2C@a:1/db?x=1']],
  ['postgres://u:p@a:1,b:2,c/db', ['postgres://u:p@a:1/db', 'postgres://u:p@b:2/db', 'postgres://u:p@c/db']],
  ['postgres://u:p@a:1,[::1]:2/db?target_session_attrs=read-write', ['postgres://u:p@a:1/db', 'postgres://u:p@[::1]:2/db']],
  ['postgres://u@a,b/db?statement_timeout=&target_session_attrs=primary', ['postgres://u@a/db?statement_timeout=', 'postgres://u@b/db?statement_timeout=']],
])('%s', (url, urls) => {
  expect(serverUrls(url)).toEqual(urls);
});

test.each(['mysql://a/db', 'a:1,b:2', 'postgres://u:secret@a:1,b:x/db', 'postgres://u:secret@a,b/db?target_session_attrs=standby', ''])('refuses %j and does not repeat it', (url) => {
  expect(() => serverUrls(url)).toThrow(/^(must|may)/);
  expect(() => serverUrls(url)).not.toThrow(/secret/);
});
