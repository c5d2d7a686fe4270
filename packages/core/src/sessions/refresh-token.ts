import { createHmac, timingSafeEqual } from 'node:crypto';

import { deriveKey } from './derived-keys.ts';

const form = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})$/;

/** `sessionId.generation.HMAC`: whoever has the secret can make it again, so nothing of it is stored but the generation. */
export interface RefreshTokens {
  make(sessionId: string, generation: number): string;
  /** Undefined unless it is one of ours. */
  read(token: string): { sessionId: string; generation: number } | undefined;
}

export function createRefreshTokens(secret: Uint8Array): RefreshTokens {
  const key = deriveKey(secret, 'refresh tokens');

  function signature(sessionId: string, generation: number): string {
    return createHmac('sha256', key).update(`${sessionId}.${generation}`).digest('base64url');
  }

  return {
    make: (sessionId, generation) => `${sessionId}.${generation}.${signature(sessionId, generation)}`,
    read(token) {
      const parts = form.exec(token);
      if (parts === null) return undefined;
      const [, sessionId = '', digits = '', given = ''] = parts;
      const generation = Number(digits);
      // As text: of four spellings that decode to the same bytes only one is right.
      return timingSafeEqual(Buffer.from(signature(sessionId, generation)), Buffer.from(given)) ? { sessionId, generation } : undefined;
    },
  };
}
