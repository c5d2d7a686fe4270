// Generated from spec/ by `pnpm generate`. Do not edit.

import { getHeaders, transport } from '../src/transport.ts';
/**
 * Unique in any case. Letters, digits, dot, hyphen and underscore, beginning and ending with a letter or digit.
 * @minLength 2
 * @maxLength 32
 * @pattern ^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])$
 */
export type Username = string;

/**
 * Any characters; compared after Unicode NFKC. The commonest are refused.
 * @minLength 8
 * @maxLength 128
 */
export type Password = string;

/**
 * Direction marks and outer blanks are left out; blanks and controls within become one space.
 * @minLength 1
 * @maxLength 64
 * @pattern \S
 */
export type DisplayName = string;

/**
 * Where the refresh token goes, in the answer's body or, for browsers, in a cookie that no script can read.
 */
export type RefreshTokenPlace = typeof RefreshTokenPlace[keyof typeof RefreshTokenPlace];


export const RefreshTokenPlace = {
  body: 'body',
  cookie: 'cookie',
} as const;

export interface RegisterRequest {
  username: Username;
  /**
     * Unique in any case.
     * @maxLength 254
     * @pattern ^[^\s@]+@[^\s@]+\.[^\s@]+$
     */
  email: string;
  password: Password;
  displayName?: DisplayName;
  refreshTokenIn?: RefreshTokenPlace;
}

/**
 * A UUIDv7 in lower case.
 * @minLength 36
 * @maxLength 36
 * @pattern ^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$
 */
export type Id = string;

/**
 * RFC 3339, UTC, milliseconds.
 */
export type Timestamp = string;

/**
 * The user who is signed in, as only he sees himself.
 */
export interface CurrentUser {
  id: Id;
  /** `person`, `bot` or `system`. Clients must accept kinds they do not know. */
  kind: string;
  username: Username;
  displayName: DisplayName;
  /** @nullable */
  email: string | null;
  createdAt: Timestamp;
}

/**
 * A session and its tokens.
 */
export interface AuthSession {
  user: CurrentUser;
  sessionId: Id;
  /** For the `Authorization` header. A JWT whose content is no business of clients. */
  accessToken: string;
  /** @minimum 0 */
  accessTokenExpiresInSeconds: number;
  /** For `refreshSession`, once. Absent where it is in the cookie. */
  refreshToken?: string;
}

/**
 * One of the catalogue in `errors.yaml`. Clients must accept codes they do not know.
 * @pattern ^[a-z_]+\.[a-z_]+$
 */
export type ErrorCode = string;

export interface FieldError {
  /** JSON Pointer into path, query or body. */
  path: string;
  message: string;
}

/**
 * What went wrong (RFC 9457).
 */
export interface Problem {
  /** A URI reference to the code's entry in the documentation. */
  type: string;
  title: string;
  /**
     * @minimum 400
     * @maximum 599
     */
  status: number;
  code: ErrorCode;
  /** Whether the same request may succeed later. */
  retryable: boolean;
  requestId: string;
  /** What went wrong this time, for people. */
  detail?: string;
  /** Which parts of the request are wrong. */
  errors?: FieldError[];
}

export interface SignInRequest {
  /**
     * The username, in any case, or the e-mail address.
     * @minLength 1
     * @maxLength 254
     */
  username: string;
  /**
     * @minLength 1
     * @maxLength 128
     */
  password: string;
  /**
     * Of the second factor, from the authenticator or one of the recovery codes.
     * @minLength 6
     * @maxLength 32
     */
  code?: string;
  refreshTokenIn?: RefreshTokenPlace;
}

export interface RefreshRequest {
  /**
     * Absent where the token is in the cookie.
     * @minLength 1
     * @maxLength 512
     */
  refreshToken?: string;
}

/**
 * A sign-in.
 */
export interface Session {
  id: Id;
  /** What the client said it is (User-Agent). */
  device: string;
  /** From where it was used last. */
  address: string;
  createdAt: Timestamp;
  lastSeenAt: Timestamp;
  expiresAt: Timestamp;
  /** Whether this request came in it. */
  isCurrent: boolean;
}

export interface SessionList {
  items: Session[];
}

export interface ChangePasswordRequest {
  /**
     * @minLength 1
     * @maxLength 128
     */
  currentPassword: string;
  newPassword: Password;
}

export interface SecondFactor {
  isEnabled: boolean;
  /** @minimum 0 */
  recoveryCodesLeft: number;
}

export interface ConfirmSecondFactorRequest {
  /**
     * @minLength 6
     * @maxLength 6
     * @pattern ^[0-9]{6}$
     */
  code: string;
}

export interface RecoveryCodes {
  /** Each is good for one sign-in. */
  recoveryCodes: string[];
}

export interface PasswordRequest {
  /**
     * @minLength 1
     * @maxLength 128
     */
  password: string;
}

export interface SecondFactorEnrolment {
  /** Base32, for typing in. */
  secret: string;
  /** For a QR code (`otpauth:`). */
  uri: string;
}

/**
 * `public`: everybody may find and join it. `private`: exists for its members alone. Clients must accept kinds they do not know.
 */
export type RoomKind = string;

/**
 * Direction marks and outer blanks are left out; blanks and controls within become one space.
 * @minLength 1
 * @maxLength 80
 * @pattern \S
 */
export type RoomName = string;

/**
 * What the room is for; shown above its first message. Outer blanks are left out.
 * @maxLength 1000
 */
export type RoomDescription = string;

/**
 * A place in a stream. Gap-free, rising by one, beginning with 1.
 * @minimum 0
 * @maximum 9007199254740991
 */
export type Seq = number;

/**
 * `owner`, `moderator` or `member`. Clients must accept roles they do not know.
 */
export type MemberRole = string;

/**
 * What differs per reader; absent from events.
 */
export interface MyMembership {
  role: MemberRole;
  joinedSeq: Seq;
  readSeq: Seq;
  /**
     * Root messages by others above the read marker. Counted to 1,000; show that as 999+.
     * @minimum 0
     * @maximum 1000
     */
  unreadCount: number;
}

/**
 * A place where messages are written.
 */
export interface Room {
  id: Id;
  kind: RoomKind;
  name: RoomName | null;
  description: RoomDescription;
  /** @minimum 0 */
  memberCount: number;
  head: Seq;
  updatedSeq: Seq;
  createdAt: Timestamp;
  updatedAt: Timestamp;
  my?: MyMembership;
}

export interface RoomPage {
  items: Room[];
  /**
     * For the next page; null at the end.
     * @nullable
     */
  nextCursor: string | null;
}

export type CreateRoomRequestKind = typeof CreateRoomRequestKind[keyof typeof CreateRoomRequestKind];


export const CreateRoomRequestKind = {
  public: 'public',
  private: 'private',
} as const;

export interface CreateRoomRequest {
  name: RoomName;
  kind: CreateRoomRequestKind;
  description?: RoomDescription;
}

/**
 * Only what is given changes.
 */
export interface UpdateRoomRequest {
  name?: RoomName;
  description?: RoomDescription;
}

/**
 * Who somebody is, as it stands beside what he wrote.
 */
export interface UserSummary {
  id: Id;
  username: Username;
  displayName: DisplayName;
}

/**
 * `online`, `away` or `offline`. Clients must accept states they do not know.
 */
export type PresenceState = string;

/**
 * A user in a room.
 */
export interface Member {
  roomId: Id;
  user: UserSummary;
  role: MemberRole;
  joinedSeq: Seq;
  joinedAt: Timestamp;
  presence?: PresenceState;
}

export interface MemberPage {
  items: Member[];
  /**
     * For the next page; null at the end.
     * @nullable
     */
  nextCursor: string | null;
}

export interface AddMemberRequest {
  userId?: Id;
  username?: Username;
}

/**
 * Made by the client, new for each thing it says; unique per author and room.
 * @minLength 1
 * @maxLength 64
 * @pattern ^[A-Za-z0-9_-]+$
 */
export type Nonce = string;

/**
 * What differs per reader, such as my reactions; absent from events, and where there is nothing to say.
 */
export interface MyMessage { [key: string]: unknown }

/**
 * Something said in a room. An older copy (`updatedSeq`) never replaces a newer one.
 */
export interface Message {
  id: Id;
  roomId: Id;
  seq: Seq;
  updatedSeq: Seq;
  /** `user` or `system`. Clients must accept types they do not know. */
  type: string;
  author: UserSummary;
  parentMessageId: Id | null;
  /**
     * Markdown source; empty once deleted.
     * @maxLength 4000
     */
  content: string;
  /** The content rendered and sanitised by the server. */
  html: string;
  nonce: Nonce;
  createdAt: Timestamp;
  editedAt: Timestamp | null;
  deletedAt: Timestamp | null;
  my?: MyMessage;
}

export interface MessagePage {
  /** Oldest first. */
  items: Message[];
  /** Whether there are messages older than the first. */
  hasMoreBefore: boolean;
  /** Whether there are messages newer than the last. */
  hasMoreAfter: boolean;
}

export interface CreateMessageRequest {
  /**
     * Markdown.
     * @minLength 1
     * @maxLength 4000
     * @pattern \S
     */
  content: string;
  nonce: Nonce;
}

export interface MarkReadRequest {
  seq: Seq;
}

/**
 * How far I have read a room.
 */
export interface ReadMarker {
  roomId: Id;
  seq: Seq;
}

export interface GatewayTicket {
  /** For the `identify` frame; never for a URL. */
  ticket: string;
  /** Where to connect. */
  url: string;
  /** All gateways in random order, `url` first. */
  urls: string[];
  /** @minimum 0 */
  expiresInSeconds: number;
}

/**
 * Which history the numbers belong to. Another epoch means to start again from a fresh `sync`.
 * @minLength 1
 * @maxLength 64
 */
export type Epoch = string;

/**
 * Stream name (`room:<roomId>`, `user:<userId>`) to its head.
 */
export interface StreamHeads {[key: string]: Seq}

export interface Sync {
  epoch: Epoch;
  user: CurrentUser;
  streams: StreamHeads;
  rooms: Room[];
}

/**
 * What the process needs, by name. Empty where nothing is asked.
 */
export type HealthReportChecks = {[key: string]: {
  status: string;
  /** @minimum 0 */
  durationMs: number;
  /** Of a failed one, such as `timeout`, `unreachable`, `breaker_open`, `schema_mismatch`. */
  reason?: string;
}};

/**
 * The circuit breakers by name. An open one makes nothing not ready by itself.
 */
export type HealthReportBreakers = {[key: string]: string};

/**
 * How a process is.
 */
export interface HealthReport {
  status: string;
  /** Why it is failed whatever the checks say, such as `stopping`. */
  reason?: string;
  /** What the process needs, by name. Empty where nothing is asked. */
  checks: HealthReportChecks;
  /** The circuit breakers by name. An open one makes nothing not ready by itself. */
  breakers?: HealthReportBreakers;
}

/**
 * The request is not well formed, or asks for what cannot be.
 */
export type BadRequestResponse = Problem;

/**
 * The caller may not do this.
 */
export type ForbiddenResponse = Problem;

/**
 * It contradicts what is there.
 */
export type ConflictResponse = Problem;

/**
 * The body is larger than allowed.
 */
export type TooLargeResponse = Problem;

/**
 * The body is not UTF-8 JSON.
 */
export type UnsupportedMediaTypeResponse = Problem;

/**
 * Too many requests of this kind; `Retry-After` says when the next may come.
 */
export type TooManyRequestsResponse = Problem;

/**
 * Something went wrong on the server.
 */
export type InternalErrorResponse = Problem;

/**
 * The service cannot answer now; the same request may succeed later.
 */
export type UnavailableResponse = Problem;

/**
 * There is no valid session behind this request.
 */
export type UnauthorizedResponse = Problem;

/**
 * There is no such thing, or none that the caller may know of.
 */
export type NotFoundResponse = Problem;

/**
 * There is something here, but not for this method.
 */
export type MethodNotAllowedResponse = Problem;

/**
 * The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
 */
export type PositionParameter = string;

/**
 * The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
 * of a time before any of them.
 */
export type SeenParameter = string;

/**
 * The `nextCursor` of the page before.
 */
export type CursorParameter = string;

/**
 * How many items at most.
 */
export type LimitParameter = number;

/**
 * The client's name for one request, new for each thing it wants made, the same for each try. Kept for a day, for this user and
 * operation. Repeating the request answers what the first made; another request under the same key is refused.
 */
export type IdempotencyKeyParameter = string;

export type ListRoomsParams = {
/**
 * `joined`: my rooms. `discoverable`: public rooms that I am not in.
 */
scope?: ListRoomsScope;
/**
 * Only rooms whose name contains this, in any case.
 * @minLength 1
 * @maxLength 80
 */
query?: string;
/**
 * The `nextCursor` of the page before.
 * @minLength 1
 * @maxLength 200
 * @pattern ^[A-Za-z0-9_-]+$
 */
cursor?: CursorParameter;
/**
 * How many items at most.
 * @minimum 1
 * @maximum 100
 */
limit?: LimitParameter;
};

export type ListRoomsScope = typeof ListRoomsScope[keyof typeof ListRoomsScope];


export const ListRoomsScope = {
  joined: 'joined',
  discoverable: 'discoverable',
} as const;

export type CreateRoomHeaders = {
/**
 * The client's name for one request, new for each thing it wants made, the same for each try. Kept for a day, for this user and
 * operation. Repeating the request answers what the first made; another request under the same key is refused.
 * @minLength 1
 * @maxLength 64
 * @pattern ^[A-Za-z0-9_-]+$
 */
'Idempotency-Key'?: IdempotencyKeyParameter;
};

export type ListMembersParams = {
/**
 * The `nextCursor` of the page before.
 * @minLength 1
 * @maxLength 200
 * @pattern ^[A-Za-z0-9_-]+$
 */
cursor?: CursorParameter;
/**
 * How many items at most.
 * @minimum 1
 * @maximum 100
 */
limit?: LimitParameter;
};

export type ListMessagesParams = {
/**
 * Messages older than this one.
 */
before?: Id;
/**
 * Messages newer than this one.
 */
after?: Id;
/**
 * This message in the middle.
 */
around?: Id;
/**
 * How many items at most.
 * @minimum 1
 * @maximum 100
 */
limit?: LimitParameter;
};

export const getRegisterUserUrl = () => {




  return `/auth/register`
}

/**
 * @summary Register a user and sign in
 */
export const registerUser = async (registerRequest: RegisterRequest, options?: Parameters<typeof transport>[1]): Promise<AuthSession> => {

return transport<AuthSession>(getRegisterUserUrl(),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(registerRequest)
  }
);}



export const getSignInUrl = () => {




  return `/auth/login`
}

/**
 * The answer for an unknown user and for a wrong password is the same. Who has a second factor and sends no `code` gets 401
 * `second_factor.required`, and repeats the request with it. After 5 wrong passwords for an account from one address, or 20
 * from one address, in 15 minutes, even the right one is refused from there.
 * @summary Sign in with username and password
 */
export const signIn = async (signInRequest: SignInRequest, options?: Parameters<typeof transport>[1]): Promise<AuthSession> => {

return transport<AuthSession>(getSignInUrl(),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(signInRequest)
  }
);}



export const getRefreshSessionUrl = () => {




  return `/auth/refresh`
}

/**
 * The refresh token comes in the body or, for a cookie session, in the cookie. It is good for one use. Repeating a refresh gives
 * the same successor as long as that successor, or an access token issued with it, was not used, or was first used less than
 * 30 seconds ago. Later reuse, or an older token at any time, ends the session.
 * @summary Exchange the refresh token for its successor
 */
export const refreshSession = async (refreshRequest: RefreshRequest, options?: Parameters<typeof transport>[1]): Promise<AuthSession> => {

return transport<AuthSession>(getRefreshSessionUrl(),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(refreshRequest)
  }
);}



export const getSignOutUrl = () => {




  return `/auth/logout`
}

/**
 * The session's tokens stop working and its sockets close with 4401.
 * @summary End this session
 */
export const signOut = async ( options?: Parameters<typeof transport>[1]): Promise<void> => {

  return transport<void>(getSignOutUrl(),
  {
    ...options,
    method: 'POST'


  }
);}



export const getSignOutEverywhereUrl = () => {




  return `/auth/logout-all`
}

/**
 * @summary End every session of mine
 */
export const signOutEverywhere = async ( options?: Parameters<typeof transport>[1]): Promise<void> => {

  return transport<void>(getSignOutEverywhereUrl(),
  {
    ...options,
    method: 'POST'


  }
);}



export const getListSessionsUrl = () => {




  return `/auth/sessions`
}

/**
 * @summary Where I am signed in
 */
export const listSessions = async ( options?: Parameters<typeof transport>[1]): Promise<SessionList> => {

  return transport<SessionList>(getListSessionsUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getEndSessionUrl = (sessionId: string,) => {




  return `/auth/sessions/${encodeURIComponent(String(sessionId))}`
}

/**
 * @summary End one of my sessions
 */
export const endSession = async (sessionId: string, options?: Parameters<typeof transport>[1]): Promise<void> => {

  return transport<void>(getEndSessionUrl(sessionId),
  {
    ...options,
    method: 'DELETE'


  }
);}



export const getChangePasswordUrl = () => {




  return `/auth/password`
}

/**
 * Every other session of mine ends.
 * @summary Change my password
 */
export const changePassword = async (changePasswordRequest: ChangePasswordRequest, options?: Parameters<typeof transport>[1]): Promise<void> => {

return transport<void>(getChangePasswordUrl(),
  {
    ...options,
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(changePasswordRequest)
  }
);}



export const getGetSecondFactorUrl = () => {




  return `/auth/second-factor`
}

/**
 * @summary Whether I have a second factor
 */
export const getSecondFactor = async ( options?: Parameters<typeof transport>[1]): Promise<SecondFactor> => {

  return transport<SecondFactor>(getGetSecondFactorUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getEnrolSecondFactorUrl = () => {




  return `/auth/second-factor`
}

/**
 * Time-based codes (RFC 6238). Nothing changes until the first code is confirmed; enrolling again replaces the secret.
 * @summary Begin to set up a second factor
 */
export const enrolSecondFactor = async (passwordRequest: PasswordRequest, options?: Parameters<typeof transport>[1]): Promise<SecondFactorEnrolment> => {

return transport<SecondFactorEnrolment>(getEnrolSecondFactorUrl(),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(passwordRequest)
  }
);}



export const getConfirmSecondFactorUrl = () => {




  return `/auth/second-factor`
}

/**
 * @summary Confirm the second factor with a first code
 */
export const confirmSecondFactor = async (confirmSecondFactorRequest: ConfirmSecondFactorRequest, options?: Parameters<typeof transport>[1]): Promise<RecoveryCodes> => {

return transport<RecoveryCodes>(getConfirmSecondFactorUrl(),
  {
    ...options,
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(confirmSecondFactorRequest)
  }
);}



export const getRemoveSecondFactorUrl = () => {




  return `/auth/second-factor/remove`
}

/**
 * @summary Remove my second factor
 */
export const removeSecondFactor = async (passwordRequest: PasswordRequest, options?: Parameters<typeof transport>[1]): Promise<void> => {

return transport<void>(getRemoveSecondFactorUrl(),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(passwordRequest)
  }
);}



export const getGetMeUrl = () => {




  return `/users/me`
}

/**
 * @summary The user who is signed in
 */
export const getMe = async ( options?: Parameters<typeof transport>[1]): Promise<CurrentUser> => {

  return transport<CurrentUser>(getGetMeUrl(),
  {
    ...options,
    method: 'GET'


  }
);}



export const getListRoomsUrl = (params?: ListRoomsParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/rooms?${stringifiedParams}` : `/rooms`
}

/**
 * Rooms one has joined, or public rooms one has not, newest first.
 * @summary List rooms
 */
export const listRooms = async (params?: ListRoomsParams, options?: Parameters<typeof transport>[1]): Promise<RoomPage> => {

  return transport<RoomPage>(getListRoomsUrl(params),
  {
    ...options,
    method: 'GET'


  }
);}



export const getCreateRoomUrl = () => {




  return `/rooms`
}

/**
 * Whoever creates a room is its owner and first member. Takes effect once per `Idempotency-Key`: repeating it answers the first
 * room as it is now, with status 200 and `Idempotent-Replayed: true`.
 * @summary Create a room
 */
export const createRoom = async (createRoomRequest: CreateRoomRequest,
    headers?: CreateRoomHeaders, options?: Parameters<typeof transport>[1]): Promise<Room> => {

return transport<Room>(getCreateRoomUrl(),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json',...headers, ...getHeaders(options?.headers) },
    body: JSON.stringify(createRoomRequest)
  }
);}



export const getGetRoomUrl = (roomId: string,) => {




  return `/rooms/${encodeURIComponent(String(roomId))}`
}

/**
 * A private room exists for its members alone.
 * @summary One room
 */
export const getRoom = async (roomId: string, options?: Parameters<typeof transport>[1]): Promise<Room> => {

  return transport<Room>(getGetRoomUrl(roomId),
  {
    ...options,
    method: 'GET'


  }
);}



export const getUpdateRoomUrl = (roomId: string,) => {




  return `/rooms/${encodeURIComponent(String(roomId))}`
}

/**
 * For owners and moderators of the room.
 * @summary Change a room's name or description
 */
export const updateRoom = async (roomId: string,
    updateRoomRequest: UpdateRoomRequest, options?: Parameters<typeof transport>[1]): Promise<Room> => {

return transport<Room>(getUpdateRoomUrl(roomId),
  {
    ...options,
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(updateRoomRequest)
  }
);}



export const getJoinRoomUrl = (roomId: string,) => {




  return `/rooms/${encodeURIComponent(String(roomId))}/join`
}

/**
 * Joining a room one is in already changes nothing and answers the same.
 * @summary Join a public room
 */
export const joinRoom = async (roomId: string, options?: Parameters<typeof transport>[1]): Promise<Member> => {

  return transport<Member>(getJoinRoomUrl(roomId),
  {
    ...options,
    method: 'POST'


  }
);}



export const getLeaveRoomUrl = (roomId: string,) => {




  return `/rooms/${encodeURIComponent(String(roomId))}/leave`
}

/**
 * When the last owner leaves, the member who has been there longest becomes owner.
 * @summary Leave a room
 */
export const leaveRoom = async (roomId: string, options?: Parameters<typeof transport>[1]): Promise<void> => {

  return transport<void>(getLeaveRoomUrl(roomId),
  {
    ...options,
    method: 'POST'


  }
);}



export const getListMembersUrl = (roomId: string,
    params?: ListMembersParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/rooms/${encodeURIComponent(String(roomId))}/members?${stringifiedParams}` : `/rooms/${encodeURIComponent(String(roomId))}/members`
}

/**
 * In the order of joining. For members, and for everybody where the room is public.
 * @summary Who is in a room
 */
export const listMembers = async (roomId: string,
    params?: ListMembersParams, options?: Parameters<typeof transport>[1]): Promise<MemberPage> => {

  return transport<MemberPage>(getListMembersUrl(roomId,params),
  {
    ...options,
    method: 'GET'


  }
);}



export const getAddMemberUrl = (roomId: string,) => {




  return `/rooms/${encodeURIComponent(String(roomId))}/members`
}

/**
 * For members of a private room, and owners and moderators of a public one. Adding a member changes nothing and answers the same.
 * @summary Add somebody to a room
 */
export const addMember = async (roomId: string,
    addMemberRequest: AddMemberRequest, options?: Parameters<typeof transport>[1]): Promise<Member> => {

return transport<Member>(getAddMemberUrl(roomId),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(addMemberRequest)
  }
);}



export const getRemoveMemberUrl = (roomId: string,
    userId: string,) => {




  return `/rooms/${encodeURIComponent(String(roomId))}/members/${encodeURIComponent(String(userId))}`
}

/**
 * For owners, who may remove anybody else, and moderators, who may remove members. To go oneself, leave.
 * @summary Remove somebody from a room
 */
export const removeMember = async (roomId: string,
    userId: string, options?: Parameters<typeof transport>[1]): Promise<void> => {

  return transport<void>(getRemoveMemberUrl(roomId,userId),
  {
    ...options,
    method: 'DELETE'


  }
);}



export const getListMessagesUrl = (roomId: string,
    params?: ListMessagesParams,) => {
  const normalizedParams = new URLSearchParams();

  Object.entries(params || {}).forEach(([key, value]) => {

    if (value !== undefined) {
      normalizedParams.append(key, value === null ? 'null' : String(value))
    }
  });

  const stringifiedParams = normalizedParams.toString();

  return stringifiedParams.length > 0 ? `/rooms/${encodeURIComponent(String(roomId))}/messages?${stringifiedParams}` : `/rooms/${encodeURIComponent(String(roomId))}/messages`
}

/**
 * Root messages, oldest first; without `before`, `after` or `around` the newest page. At most one of the three may be given.
 * The named message need not be a root. `hasMoreBefore` and `hasMoreAfter` say whether anything follows at either end.
 * @summary A page of a room's history
 */
export const listMessages = async (roomId: string,
    params?: ListMessagesParams, options?: Parameters<typeof transport>[1]): Promise<MessagePage> => {

  return transport<MessagePage>(getListMessagesUrl(roomId,params),
  {
    ...options,
    method: 'GET'


  }
);}



export const getCreateMessageUrl = (roomId: string,) => {




  return `/rooms/${encodeURIComponent(String(roomId))}/messages`
}

/**
 * Answered only when the message is durable. A send takes effect once per `nonce`: repeating it answers the first message
 * as it is now, with status 200 and `Idempotent-Replayed: true`; another content under the same nonce is refused.
 * @summary Send a message
 */
export const createMessage = async (roomId: string,
    createMessageRequest: CreateMessageRequest, options?: Parameters<typeof transport>[1]): Promise<Message> => {

return transport<Message>(getCreateMessageUrl(roomId),
  {
    ...options,
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(createMessageRequest)
  }
);}



export const getMarkReadUrl = (roomId: string,) => {




  return `/rooms/${encodeURIComponent(String(roomId))}/read-marker`
}

/**
 * A marker never moves back; a lower number answers the marker as it is.
 * @summary Say how far one has read
 */
export const markRead = async (roomId: string,
    markReadRequest: MarkReadRequest, options?: Parameters<typeof transport>[1]): Promise<ReadMarker> => {

return transport<ReadMarker>(getMarkReadUrl(roomId),
  {
    ...options,
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', ...getHeaders(options?.headers) },
    body: JSON.stringify(markReadRequest)
  }
);}



export const getCreateGatewayTicketUrl = () => {




  return `/gateway/tickets`
}

/**
 * Good for one `identify` within its life, on any gateway.
 * @summary A ticket for one realtime connection
 */
export const createGatewayTicket = async ( options?: Parameters<typeof transport>[1]): Promise<GatewayTicket> => {

  return transport<GatewayTicket>(getCreateGatewayTicketUrl(),
  {
    ...options,
    method: 'POST'


  }
);}



export const getGetSyncUrl = () => {




  return `/sync`
}

/**
 * My rooms with their heads and unread counts, and the head of my own stream, all as of one moment.
 * @summary Everything a client starts from
 */
export const getSync = async ( options?: Parameters<typeof transport>[1]): Promise<Sync> => {

  return transport<Sync>(getGetSyncUrl(),
  {
    ...options,
    method: 'GET'


  }
);}
