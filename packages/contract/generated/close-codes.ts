// Generated from spec/ by `pnpm generate`. Do not edit.

/** What a client does after a close: stop, reconnect with its cursors, reconnect later, or sign in again first. */
export type CloseAction = 'never' | 'resume' | 'backoff' | 'reauth';

/** Every close code the gateway sends. */
export const closeCodes = {
  1000: { name: 'normal', action: 'never', meaning: 'The client said goodbye.' },
  1001: { name: 'going_away', action: 'resume', meaning: 'The peer went away.' },
  1002: { name: 'protocol_error', action: 'never', meaning: 'What came was no frame of a WebSocket client (RFC 6455).' },
  1007: { name: 'not_utf8', action: 'never', meaning: 'A text, or the reason of a goodbye, was no UTF-8 (RFC 6455).' },
  1008: { name: 'too_many_parts', action: 'never', meaning: 'A message came in too many parts.' },
  1009: { name: 'too_large', action: 'never', meaning: 'A frame was larger than allowed.' },
  1012: { name: 'restarting', action: 'resume', meaning: 'The gateway is restarting.' },
  1013: { name: 'try_later', action: 'backoff', meaning: 'The gateway has more work than it can take.' },
  4400: { name: 'bad_frame', action: 'never', meaning: 'A frame was not JSON, not text, or came before identify.' },
  4401: { name: 'unauthorized', action: 'reauth', meaning: 'The session ended, the access token expired, or the ticket was not valid.' },
  4403: { name: 'forbidden', action: 'never', meaning: 'The user may not use the gateway.' },
  4408: { name: 'unresponsive', action: 'resume', meaning: 'The peer was silent or did not read for too long.' },
  4409: { name: 'too_many_connections', action: 'never', meaning: 'The user has as many connections as are allowed.' },
  4410: { name: 'replaced', action: 'never', meaning: 'The connection was replaced by its own resume.' },
  4426: { name: 'version_unsupported', action: 'never', meaning: 'The gateway does not speak this version of the protocol.' },
  4428: { name: 'identify_timeout', action: 'resume', meaning: 'No identify frame came in time.' },
  4429: { name: 'too_many_frames', action: 'backoff', meaning: 'The client sent frames too fast.' },
  4500: { name: 'internal_error', action: 'resume', meaning: 'Something went wrong in the gateway.' },
} as const satisfies Record<number, { name: string; action: CloseAction; meaning: string }>;

export type CloseCode = keyof typeof closeCodes;
