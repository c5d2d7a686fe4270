// Generated from spec/ by `pnpm generate`. Do not edit.

/** Every error code: its HTTP status, what it means, and whether the same request may succeed later. */
export const errors = {
  'request.malformed': { status: 400, title: 'The request body is not valid JSON', retryable: false },
  'request.invalid': { status: 400, title: 'The request does not match the specification', retryable: false },
  'request.too_large': { status: 413, title: 'The request body is too large', retryable: false },
  'request.unsupported_media_type': { status: 415, title: 'The content type is not supported', retryable: false },
  'route.not_found': { status: 404, title: 'There is no such path', retryable: false },
  'method.not_allowed': { status: 405, title: 'The path does not take this method', retryable: false },
  'origin.forbidden': { status: 403, title: 'Requests from this origin are not allowed', retryable: false },
  'auth.required': { status: 401, title: 'An access token is needed', retryable: false },
  'token.invalid': { status: 401, title: 'The access token is not valid', retryable: false },
  'token.expired': { status: 401, title: 'The access token has expired', retryable: false },
  'session.ended': { status: 401, title: 'The session has ended', retryable: false },
  'credentials.invalid': { status: 401, title: 'The username or password is wrong', retryable: false },
  'refresh.invalid': { status: 401, title: 'The refresh token is not valid', retryable: false },
  'ticket.invalid': { status: 401, title: 'The gateway ticket is not valid', retryable: false },
  'username.taken': { status: 409, title: 'The username is taken', retryable: false },
  'email.taken': { status: 409, title: 'The e-mail address is taken', retryable: false },
  'user.not_found': { status: 404, title: 'There is no such user', retryable: false },
  'room.not_found': { status: 404, title: 'There is no such room', retryable: false },
  'room.forbidden': { status: 403, title: 'Your role in this room does not allow this', retryable: false },
  'member.not_found': { status: 404, title: 'The user is not a member of this room', retryable: false },
  'message.nonce_reused': { status: 409, title: 'The nonce was used for another message', retryable: false },
  'message.not_found': { status: 404, title: 'There is no such message', retryable: false },
  'cursor.invalid': { status: 400, title: 'The cursor does not belong to this list', retryable: false },
  'read_marker.ahead': { status: 400, title: 'The room has no event of that number yet', retryable: false },
  'frame.invalid': { status: 400, title: 'The frame does not match the specification', retryable: false },
  'frame.unknown': { status: 400, title: 'There is no frame of this type', retryable: false },
  'stream.not_found': { status: 404, title: 'There is no such stream', retryable: false },
  'service.stopping': { status: 503, title: 'This process is stopping', retryable: true },
  'service.overloaded': { status: 503, title: 'The service has more work than it can take', retryable: true },
  'database.unavailable': { status: 503, title: 'The database cannot be reached', retryable: true },
  'redis.unavailable': { status: 503, title: 'Redis cannot be reached', retryable: true },
  'internal.error': { status: 500, title: 'Something went wrong on the server', retryable: true },
} as const;

export type ErrorCode = keyof typeof errors;
