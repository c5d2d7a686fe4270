import { createHash } from 'node:crypto';
import { startOtlpReceiver } from '@confab/testing';
import { expect, test } from 'vitest';
import { currentStep, newAddress, startTwoApis, totpCode } from './testing/two-apis.ts';

/** What must not stand in any log, by what it is. */
type Canaries = Map<string, string>;

test('no token, password, code, address or message stands in any line or span of any process, at the level that says most', { timeout: 120_000 }, async () => {
  const receiver = await startOtlpReceiver();
  const apis = await startTwoApis({ gateways: 1, worker: true, env: { LOG_LEVEL: 'debug', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
  const { stack } = apis;
  const canaries: Canaries = new Map();
  const named: { username: string }[] = [];
  const addresses = Array.from({ length: 4 }, newAddress);
  addresses.forEach((address, index) => canaries.set(`address ${index}`, address));
  try {
    const [here = '', there = '', thief = '', cookieAddress = ''] = addresses;
    const owner = await apis.register({ address: here });
    named.push(owner);
    const { rest, auth, realtime } = owner.confab;
    const keep = (name: string) => {
      canaries.set(`${name}: access token`, auth.session?.accessToken ?? '');
      canaries.set(`${name}: refresh token`, auth.session?.refreshToken ?? '');
    };
    canaries.set('password', owner.password).set('e-mail address', `${owner.username}@example.org`);
    keep('registered');
    await realtime.connect();
    canaries.set('ticket', (await rest.createGatewayTicket()).ticket);
    const message = 'a message for nobody else';
    const roomName = 'a room for nobody else';
    canaries.set('message', message).set('name of a room', roomName);
    const { id: roomId } = await rest.createRoom({ name: roomName, kind: 'private' });
    const delivered = new Promise((resolve) => realtime.on('message.created', resolve));
    const { id: messageId } = await rest.createMessage(roomId, { content: message, nonce: 'nonce' });
    await delivered;
    await rest.listMessages(roomId);
    realtime.sendTyping(roomId);
    // Refused frames tell of themselves; none of what was in them.
    const probe = await stack.probe();
    probe.send({ t: 'identify', d: { ticket: (await rest.createGatewayTicket()).ticket } });
    await probe.next('ready', undefined, 20_000);
    probe.send({ t: 'typing', d: { roomId: messageId, content: message } });
    probe.send({ t: 'refresh', d: { accessToken: `${auth.session?.accessToken}x` } });
    await probe.next('error', undefined, 20_000);
    probe.cut();
    const { secret, uri } = await rest.enrolSecondFactor({ password: owner.password });
    const step = currentStep();
    const { recoveryCodes } = await rest.confirmSecondFactor({ code: totpCode(secret, step) });
    canaries.set('second factor', secret).set('second factor as a link', uri);
    [step, step + 1].forEach((each) => canaries.set(`code ${each}`, totpCode(secret, each)));
    recoveryCodes.forEach((code, index) => canaries.set(`recovery code ${index}`, code));

    const signIn = (password: string, code?: string, address = there) => apis.caller({ api: 1, address }, owner).confab.auth.signIn({ username: owner.username, password, ...(code === undefined ? {} : { code }) });
    canaries.set('wrong password', 'a wrong password of mine');
    await expect(signIn('a wrong password of mine', undefined, thief)).rejects.toThrow('wrong');
    await expect(signIn(owner.password)).rejects.toThrow('needed');
    await signIn(owner.password, totpCode(secret, step + 1));
    await expect(signIn(owner.password, totpCode(secret, step + 1))).rejects.toThrow('wrong');
    await signIn(owner.password, recoveryCodes[0]);

    const stale = auth.session?.refreshToken ?? '';
    await auth.refresh();
    keep('refreshed');
    const newPassword = 'this one is new and long';
    canaries.set('new password', newPassword);
    await rest.changePassword({ currentPassword: owner.password, newPassword });

    // What goes wrong tells most.
    await apis.post(0, '/auth/register', { username: 'somebody-else', email: `${owner.username}@EXAMPLE.org`, password: newPassword });
    canaries.set('e-mail address in capitals', `${owner.username}@EXAMPLE.org`);
    await apis.post(0, '/auth/login', { username: owner.username, password: newPassword, surplus: newPassword });
    await apis.post(0, '/auth/refresh', { refreshToken: `${stale}x` });
    for (const authorization of [`Bearer ${stale}`, `Basic ${newPassword}`, `Bearer ${auth.session?.accessToken}x`]) {
      await stack.fetch(`${stack.baseUrl}/api/v1/users/me?token=${stale}`, { headers: { authorization, 'x-forwarded-for': thief } });
    }
    const browser = await apis.register({ address: cookieAddress, cookieSession: true });
    canaries.set('cookie', browser.cookies.get('confab_refresh') ?? '').set('password of the browser', browser.password);
    await browser.confab.auth.refresh();
    canaries.set('next cookie', browser.cookies.get('confab_refresh') ?? '');
    await auth.refresh();
    keep('last');
    await apis.post(1, '/auth/refresh', { refreshToken: stale });
    await expect.poll(() => apis.me(1, auth.session?.accessToken ?? '')).toBe(401);
  } finally {
    await stack.stop();
    await receiver.stop();
  }

  const apps = [stack.api, apis.other, ...stack.gateways, stack.worker!];
  const lines = apps.flatMap(({ log }) => log.map((line) => JSON.stringify(line)));
  expect(apps.map(({ log }) => log.length > 3 && log.some(({ level }) => level === 'debug'))).toEqual(apps.map(() => true));
  const spans = receiver.bodies.join('\n');
  const everything = `${lines.join('\n')}\n${spans}`;
  expect(new Set(receiver.spans.map(({ name }) => name))).toEqual(new Set([...receiver.spans.map(({ name }) => name), 'registerUser', 'createMessage', 'messages.send', 'frame identify', 'deliver', 'EVALSHA']));
  for (const { username } of named) expect(spans).not.toContain(username);
  expect(everything).toContain('a refresh token was used again');
  for (const [name, canary] of canaries) {
    expect(canary.length, name).toBeGreaterThanOrEqual(6);
    const told = new RegExp(`(?<![0-9a-f])${canary.replaceAll(/[^\w]/g, String.raw`\$&`)}(?![0-9a-f])`, 'i').exec(everything);
    expect(told && everything.slice(Math.max(told.index - 80, 0), told.index + 80 + canary.length), name).toBeNull();
    // Nor the half that is secret: the signature.
    const signature = canary.split('.')[2] ?? '';
    if (signature.length > 20) expect(everything.includes(signature), `${name}: signature ${createHash('sha256').update(signature).digest('hex').slice(0, 8)}`).toBe(false);
  }
});
