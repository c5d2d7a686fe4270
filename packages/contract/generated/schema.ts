// Generated from spec/ by `pnpm generate`. Do not edit.

export interface paths {
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with username and password
         * @description The answer for an unknown user and for a wrong password is the same. Who has a second factor and sends no `code` gets 401
         *     `second_factor.required`, and repeats the request with it. After 5 wrong passwords for an account from one address, or 20
         *     from one address, in 15 minutes, even the right one is refused from there.
         */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End this session
         * @description The session's tokens stop working and its sockets close with 4401.
         */
        post: operations["signOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout-all": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End every session of mine */
        post: operations["signOutEverywhere"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change my password
         * @description Every other session of mine ends.
         */
        put: operations["changePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Exchange the refresh token for its successor
         * @description The refresh token comes in the body or, for a cookie session, in the cookie. It is good for one use. Repeating a refresh gives
         *     the same successor as long as that successor, or an access token issued with it, was not used, or was first used less than
         *     30 seconds ago. Later reuse, or an older token at any time, ends the session.
         */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register a user and sign in */
        post: operations["registerUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether I have a second factor */
        get: operations["getSecondFactor"];
        /** Confirm the second factor with a first code */
        put: operations["confirmSecondFactor"];
        /**
         * Begin to set up a second factor
         * @description Time-based codes (RFC 6238). Nothing changes until the first code is confirmed; enrolling again replaces the secret.
         */
        post: operations["enrolSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/second-factor/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove my second factor */
        post: operations["removeSecondFactor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where I am signed in */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sessionId: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of my sessions */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/gateway/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A ticket for one realtime connection
         * @description Good for one `identify` within its life, on any gateway.
         */
        post: operations["createGatewayTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List rooms
         * @description Rooms one has joined, or public rooms one has not, newest first.
         */
        get: operations["listRooms"];
        put?: never;
        /**
         * Create a room
         * @description Whoever creates a room is its owner and first member. Takes effect once per `Idempotency-Key`: repeating it answers the first
         *     room as it is now, with status 200 and `Idempotent-Replayed: true`.
         */
        post: operations["createRoom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{roomId}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        /**
         * One room
         * @description A private room exists for its members alone.
         */
        get: operations["getRoom"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a room's name or description
         * @description For owners and moderators of the room.
         */
        patch: operations["updateRoom"];
        trace?: never;
    };
    "/rooms/{roomId}/join": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Join a public room
         * @description Joining a room one is in already changes nothing and answers the same.
         */
        post: operations["joinRoom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{roomId}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave a room
         * @description When the last owner leaves, the member who has been there longest becomes owner.
         */
        post: operations["leaveRoom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{roomId}/members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        /**
         * Who is in a room
         * @description In the order of joining. For members, and for everybody where the room is public.
         */
        get: operations["listMembers"];
        put?: never;
        /**
         * Add somebody to a room
         * @description For members of a private room, and owners and moderators of a public one. Adding a member changes nothing and answers the same.
         */
        post: operations["addMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{roomId}/members/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
                userId: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove somebody from a room
         * @description For owners, who may remove anybody else, and moderators, who may remove members. To go oneself, leave.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{roomId}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        /**
         * A page of a room's history
         * @description Root messages, oldest first; without `before`, `after` or `around` the newest page. At most one of the three may be given.
         *     The named message need not be a root. `hasMoreBefore` and `hasMoreAfter` say whether anything follows at either end.
         */
        get: operations["listMessages"];
        put?: never;
        /**
         * Send a message
         * @description Answered only when the message is durable. A send takes effect once per `nonce`: repeating it answers the first message
         *     as it is now, with status 200 and `Idempotent-Replayed: true`; another content under the same nonce is refused.
         */
        post: operations["createMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/rooms/{roomId}/read-marker": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Say how far one has read
         * @description A marker never moves back; a lower number answers the marker as it is.
         */
        put: operations["markRead"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything a client starts from
         * @description My rooms with their heads and unread counts, and the head of my own stream, all as of one moment.
         */
        get: operations["getSync"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user who is signed in */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AddMemberRequest: {
            userId?: components["schemas"]["Id"];
            username?: components["schemas"]["Username"];
        };
        /** @description A session and its tokens. */
        AuthSession: {
            /** @description For the `Authorization` header. A JWT whose content is no business of clients. */
            accessToken: string;
            /** @example 900 */
            accessTokenExpiresInSeconds: number;
            /** @description For `refreshSession`, once. Absent where it is in the cookie. */
            refreshToken?: string;
            sessionId: components["schemas"]["Id"];
            user: components["schemas"]["CurrentUser"];
        };
        ChangePasswordRequest: {
            currentPassword: string;
            newPassword: components["schemas"]["Password"];
        };
        ClientFocusFrame: {
            d: components["schemas"]["FocusInput"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "focus";
            tp?: components["schemas"]["Traceparent"];
        };
        ClientHeartbeatFrame: {
            d: components["schemas"]["Empty"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "heartbeat";
            tp?: components["schemas"]["Traceparent"];
        };
        ClientIdentifyFrame: {
            d: components["schemas"]["Identify"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "identify";
            tp?: components["schemas"]["Traceparent"];
        };
        ClientPresenceFrame: {
            d: components["schemas"]["PresenceInput"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "presence";
            tp?: components["schemas"]["Traceparent"];
        };
        ClientRefreshFrame: {
            d: components["schemas"]["RefreshInput"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "refresh";
            tp?: components["schemas"]["Traceparent"];
        };
        ClientSubscribeFrame: {
            d: components["schemas"]["Subscribe"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "subscribe";
            tp?: components["schemas"]["Traceparent"];
        };
        ClientTypingFrame: {
            d: components["schemas"]["TypingInput"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "typing";
            tp?: components["schemas"]["Traceparent"];
        };
        ClientUnsubscribeFrame: {
            d: components["schemas"]["Unsubscribe"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "unsubscribe";
            tp?: components["schemas"]["Traceparent"];
        };
        ConfirmSecondFactorRequest: {
            /** @example 287082 */
            code: string;
        };
        CreateMessageRequest: {
            /**
             * @description Markdown.
             * @example Hello, **world**
             */
            content: string;
            nonce: components["schemas"]["Nonce"];
        };
        CreateRoomRequest: {
            description?: components["schemas"]["RoomDescription"];
            /** @enum {string} */
            kind: "public" | "private";
            name: components["schemas"]["RoomName"];
        };
        /** @description The user who is signed in, as only he sees himself. */
        CurrentUser: {
            createdAt: components["schemas"]["Timestamp"];
            displayName: components["schemas"]["DisplayName"];
            /** @example ada@example.org */
            email: string | null;
            id: components["schemas"]["Id"];
            /**
             * @description `person`, `bot` or `system`. Clients must accept kinds they do not know.
             * @example person
             */
            kind: string;
            username: components["schemas"]["Username"];
        };
        /**
         * @description Direction marks and outer blanks are left out; blanks and controls within become one space.
         * @example Ada Lovelace
         */
        DisplayName: string;
        Empty: Record<string, never>;
        /**
         * @description Which history the numbers belong to. Another epoch means to start again from a fresh `sync`.
         * @example 7431-1
         */
        Epoch: string;
        /**
         * @description One of the catalogue in `errors.yaml`. Clients must accept codes they do not know.
         * @example room.not_found
         */
        ErrorCode: "request.malformed" | "request.invalid" | "request.conflict" | "request.too_large" | "request.unsupported_media_type" | "route.not_found" | "method.not_allowed" | "origin.forbidden" | "auth.required" | "token.invalid" | "token.expired" | "session.ended" | "credentials.invalid" | "refresh.invalid" | "ticket.invalid" | "second_factor.required" | "second_factor.invalid" | "second_factor.enabled" | "second_factor.missing" | "password.wrong" | "password.common" | "session.not_found" | "rate.limited" | "username.taken" | "email.taken" | "user.not_found" | "room.not_found" | "room.forbidden" | "member.not_found" | "message.nonce_reused" | "idempotency_key.reused" | "message.not_found" | "cursor.invalid" | "read_marker.ahead" | "frame.invalid" | "frame.unknown" | "stream.not_found" | "service.stopping" | "service.overloaded" | "database.unavailable" | "redis.unavailable" | "internal.error" | (string & {});
        ErrorData: {
            problem: components["schemas"]["Problem"];
        };
        EventMemberAddedFrame: {
            d: components["schemas"]["Member"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "member.added";
            tp?: components["schemas"]["Traceparent"];
        };
        EventMemberRemovedFrame: {
            d: components["schemas"]["Member"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "member.removed";
            tp?: components["schemas"]["Traceparent"];
        };
        EventMemberUpdatedFrame: {
            d: components["schemas"]["Member"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "member.updated";
            tp?: components["schemas"]["Traceparent"];
        };
        EventMessageCreatedFrame: {
            d: components["schemas"]["Message"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "message.created";
            tp?: components["schemas"]["Traceparent"];
        };
        EventReadUpdatedFrame: {
            d: components["schemas"]["ReadMarker"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "read.updated";
            tp?: components["schemas"]["Traceparent"];
        };
        EventRoomUpdatedFrame: {
            d: components["schemas"]["Room"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "room.updated";
            tp?: components["schemas"]["Traceparent"];
        };
        EventSessionEndedFrame: {
            d: components["schemas"]["SessionEnded"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "session.ended";
            tp?: components["schemas"]["Traceparent"];
        };
        FieldError: {
            /** @example must NOT have more than 4000 characters */
            message: string;
            /**
             * @description JSON Pointer into path, query or body.
             * @example /body/content
             */
            path: string;
        };
        FocusInput: {
            /** @description The room whose members' presence is wanted; null is none. */
            roomId: components["schemas"]["Id"] | null;
            /** @description Users whose presence is wanted besides; replaces the list sent before. */
            watch?: components["schemas"]["Id"][];
        };
        GatewayTicket: {
            /** @example 30 */
            expiresInSeconds: number;
            /** @description For the `identify` frame; never for a URL. */
            ticket: string;
            /**
             * @description Where to connect.
             * @example wss://chat.example.org/gateway?v=1
             */
            url: string;
            /** @description All gateways in random order, `url` first. */
            urls: string[];
        };
        /**
         * @description How a process is.
         * @example {
         *       "status": "failed",
         *       "checks": {
         *         "database": {
         *           "status": "ok",
         *           "durationMs": 2
         *         },
         *         "redis": {
         *           "status": "failed",
         *           "durationMs": 2000,
         *           "reason": "timeout"
         *         },
         *         "schema": {
         *           "status": "ok",
         *           "durationMs": 3
         *         }
         *       },
         *       "breakers": {
         *         "database_primary": "closed",
         *         "redis_cache": "open"
         *       }
         *     }
         */
        HealthReport: {
            /** @description The circuit breakers by name. An open one makes nothing not ready by itself. */
            breakers?: {
                [key: string]: "closed" | "half_open" | "open" | (string & {});
            };
            /** @description What the process needs, by name. Empty where nothing is asked. */
            checks: {
                [key: string]: {
                    durationMs: number;
                    /** @description Of a failed one, such as `timeout`, `unreachable`, `breaker_open`, `schema_mismatch`. */
                    reason?: string;
                    status: "ok" | "failed" | (string & {});
                };
            };
            /** @description Why it is failed whatever the checks say, such as `stopping`. */
            reason?: string;
            status: "ok" | "failed" | (string & {});
        };
        Hello: {
            connectionId: components["schemas"]["Id"];
            /** @description The server pings this often; two silent periods close the connection with 4408. */
            heartbeatMs: number;
        };
        /**
         * @description A UUIDv7 in lower case.
         * @example 01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d
         */
        Id: string;
        Identify: {
            /** @description The last number seen of each stream. My streams that are not named start at their head. */
            cursors?: {
                [key: string]: components["schemas"]["Seq"];
            };
            epoch?: components["schemas"]["Epoch"];
            replaces?: components["schemas"]["Id"];
            ticket: string;
        };
        MarkReadRequest: {
            seq: components["schemas"]["Seq"];
        };
        /** @description A user in a room. */
        Member: {
            joinedAt: components["schemas"]["Timestamp"];
            joinedSeq: components["schemas"]["Seq"];
            presence?: components["schemas"]["PresenceState"];
            role: components["schemas"]["MemberRole"];
            roomId: components["schemas"]["Id"];
            user: components["schemas"]["UserSummary"];
        };
        MemberPage: {
            items: components["schemas"]["Member"][];
            /** @description For the next page; null at the end. */
            nextCursor: string | null;
        };
        /**
         * @description `owner`, `moderator` or `member`. Clients must accept roles they do not know.
         * @example member
         */
        MemberRole: "owner" | "moderator" | "member" | (string & {});
        /** @description Something said in a room. An older copy (`updatedSeq`) never replaces a newer one. */
        Message: {
            author: components["schemas"]["UserSummary"];
            /**
             * @description Markdown source; empty once deleted.
             * @example Hello, **world**
             */
            content: string;
            createdAt: components["schemas"]["Timestamp"];
            deletedAt: components["schemas"]["Timestamp"] | null;
            editedAt: components["schemas"]["Timestamp"] | null;
            /**
             * @description The content rendered and sanitised by the server.
             * @example <p>Hello, <strong>world</strong></p>
             */
            html: string;
            id: components["schemas"]["Id"];
            my?: components["schemas"]["MyMessage"];
            nonce: components["schemas"]["Nonce"];
            parentMessageId: components["schemas"]["Id"] | null;
            roomId: components["schemas"]["Id"];
            seq: components["schemas"]["Seq"];
            /**
             * @description `user` or `system`. Clients must accept types they do not know.
             * @example user
             */
            type: string;
            updatedSeq: components["schemas"]["Seq"];
        };
        MessagePage: {
            /** @description Whether there are messages newer than the last. */
            hasMoreAfter: boolean;
            /** @description Whether there are messages older than the first. */
            hasMoreBefore: boolean;
            /** @description Oldest first. */
            items: components["schemas"]["Message"][];
        };
        /** @description What differs per reader; absent from events. */
        MyMembership: {
            joinedSeq: components["schemas"]["Seq"];
            readSeq: components["schemas"]["Seq"];
            role: components["schemas"]["MemberRole"];
            /**
             * @description Root messages by others above the read marker. Counted to 1,000; show that as 999+.
             * @example 3
             */
            unreadCount: number;
        };
        /** @description What differs per reader, such as my reactions; absent from events, and where there is nothing to say. */
        MyMessage: {
            [key: string]: unknown;
        };
        /**
         * @description Made by the client, new for each thing it says; unique per author and room.
         * @example b9f0c2d4e6
         */
        Nonce: string;
        /**
         * @description Any characters; compared after Unicode NFKC. The commonest are refused.
         * @example correct horse battery staple
         */
        Password: string;
        PasswordRequest: {
            password: string;
        };
        Presence: {
            state: components["schemas"]["PresenceState"];
            userId: components["schemas"]["Id"];
        };
        PresenceInput: {
            /** @enum {string} */
            state: "online" | "away";
        };
        /**
         * @description `online`, `away` or `offline`. Clients must accept states they do not know.
         * @example online
         */
        PresenceState: "online" | "away" | "offline" | (string & {});
        /** @description What went wrong (RFC 9457). */
        Problem: {
            code: components["schemas"]["ErrorCode"];
            /** @description What went wrong this time, for people. */
            detail?: string;
            /** @description Which parts of the request are wrong. */
            errors?: components["schemas"]["FieldError"][];
            /** @example 01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d */
            requestId: string;
            /** @description Whether the same request may succeed later. */
            retryable: boolean;
            /** @example 404 */
            status: number;
            /** @example There is no such room */
            title: string;
            /**
             * @description A URI reference to the code's entry in the documentation.
             * @example /docs#room.not_found
             */
            type: string;
        };
        /** @description How far I have read a room. */
        ReadMarker: {
            roomId: components["schemas"]["Id"];
            seq: components["schemas"]["Seq"];
        };
        Ready: {
            epoch: components["schemas"]["Epoch"];
            /** @description Streams for which a cursor was sent but which are not mine. */
            refused: components["schemas"]["StreamName"][];
            streams: components["schemas"]["StreamHeads"];
            user: components["schemas"]["UserSummary"];
        };
        Reconnect: {
            afterMs: number;
            /** @description Where to; null is any gateway. */
            url: string | null;
        };
        RecoveryCodes: {
            /** @description Each is good for one sign-in. */
            recoveryCodes: string[];
        };
        /** @description Chosen by the client; comes back in the answer to this frame. */
        Ref: string;
        RefreshInput: {
            accessToken: string;
        };
        RefreshRequest: {
            /** @description Absent where the token is in the cookie. */
            refreshToken?: string;
        };
        /**
         * @description Where the refresh token goes, in the answer's body or, for browsers, in a cookie that no script can read.
         * @default body
         * @enum {string}
         */
        RefreshTokenPlace: "body" | "cookie";
        RegisterRequest: {
            displayName?: components["schemas"]["DisplayName"];
            /**
             * @description Unique in any case.
             * @example ada@example.org
             */
            email: string;
            password: components["schemas"]["Password"];
            refreshTokenIn?: components["schemas"]["RefreshTokenPlace"];
            username: components["schemas"]["Username"];
        };
        Resync: {
            epoch: components["schemas"]["Epoch"];
            head: components["schemas"]["Seq"];
            /** @description `epoch`, `before_join`, `too_old`, `beyond_head` or `log_hole`. Clients must accept reasons they do not know. */
            reason: string;
        };
        /** @description A place where messages are written. */
        Room: {
            createdAt: components["schemas"]["Timestamp"];
            description: components["schemas"]["RoomDescription"];
            head: components["schemas"]["Seq"];
            id: components["schemas"]["Id"];
            kind: components["schemas"]["RoomKind"];
            /** @example 12 */
            memberCount: number;
            my?: components["schemas"]["MyMembership"];
            name: components["schemas"]["RoomName"] | null;
            updatedAt: components["schemas"]["Timestamp"];
            updatedSeq: components["schemas"]["Seq"];
        };
        /**
         * @description What the room is for; shown above its first message. Outer blanks are left out.
         * @example Anything that concerns everybody.
         */
        RoomDescription: string;
        /**
         * @description `public`: everybody may find and join it. `private`: exists for its members alone. Clients must accept kinds they do not know.
         * @example public
         */
        RoomKind: "public" | "private" | (string & {});
        /**
         * @description Direction marks and outer blanks are left out; blanks and controls within become one space.
         * @example general
         */
        RoomName: string;
        RoomPage: {
            items: components["schemas"]["Room"][];
            /** @description For the next page; null at the end. */
            nextCursor: string | null;
        };
        SecondFactor: {
            isEnabled: boolean;
            recoveryCodesLeft: number;
        };
        SecondFactorEnrolment: {
            /**
             * @description Base32, for typing in.
             * @example JBSWY3DPEHPK3PXP
             */
            secret: string;
            /** @description For a QR code (`otpauth:`). */
            uri: string;
        };
        /**
         * @description A place in a stream. Gap-free, rising by one, beginning with 1.
         * @example 42
         */
        Seq: number;
        ServerErrorFrame: {
            d: components["schemas"]["ErrorData"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "error";
        };
        ServerHeartbeatFrame: {
            d: components["schemas"]["Empty"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "heartbeat";
        };
        ServerHelloFrame: {
            d: components["schemas"]["Hello"];
            /** @constant */
            t: "hello";
        };
        ServerPresenceFrame: {
            d: components["schemas"]["Presence"];
            /** @constant */
            t: "presence";
        };
        ServerReadyFrame: {
            d: components["schemas"]["Ready"];
            ref?: components["schemas"]["Ref"];
            /** @constant */
            t: "ready";
        };
        ServerReconnectFrame: {
            d: components["schemas"]["Reconnect"];
            /** @constant */
            t: "reconnect";
        };
        ServerResyncFrame: {
            d: components["schemas"]["Resync"];
            r: components["schemas"]["StreamName"];
            s?: components["schemas"]["Seq"];
            /** @constant */
            t: "resync";
        };
        ServerSkippedFrame: {
            d: components["schemas"]["Empty"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "skipped";
        };
        ServerSyncedFrame: {
            d: components["schemas"]["Empty"];
            r: components["schemas"]["StreamName"];
            s: components["schemas"]["Seq"];
            /** @constant */
            t: "synced";
        };
        ServerTypingFrame: {
            d: components["schemas"]["Typing"];
            /** @constant */
            t: "typing";
        };
        /** @description A sign-in. */
        Session: {
            /**
             * @description From where it was used last.
             * @example 192.0.2.7
             */
            address: string;
            createdAt: components["schemas"]["Timestamp"];
            /**
             * @description What the client said it is (User-Agent).
             * @example Mozilla/5.0 (X11; Linux x86_64)
             */
            device: string;
            expiresAt: components["schemas"]["Timestamp"];
            id: components["schemas"]["Id"];
            /** @description Whether this request came in it. */
            isCurrent: boolean;
            lastSeenAt: components["schemas"]["Timestamp"];
        };
        SessionEnded: {
            sessionId: components["schemas"]["Id"];
        };
        SessionList: {
            items: components["schemas"]["Session"][];
        };
        SignInRequest: {
            /**
             * @description Of the second factor, from the authenticator or one of the recovery codes.
             * @example 287082
             */
            code?: string;
            /** @example correct horse battery staple */
            password: string;
            refreshTokenIn?: components["schemas"]["RefreshTokenPlace"];
            /**
             * @description The username, in any case, or the e-mail address.
             * @example ada
             */
            username: string;
        };
        /**
         * @description Stream name (`room:<roomId>`, `user:<userId>`) to its head.
         * @example {
         *       "room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d": 42
         *     }
         */
        StreamHeads: {
            [key: string]: components["schemas"]["Seq"];
        };
        /**
         * @description `room:<roomId>` or `user:<userId>`.
         * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d
         */
        StreamName: string;
        Subscribe: {
            streams: {
                [key: string]: components["schemas"]["Seq"] | null;
            };
        };
        Sync: {
            epoch: components["schemas"]["Epoch"];
            rooms: components["schemas"]["Room"][];
            streams: components["schemas"]["StreamHeads"];
            user: components["schemas"]["CurrentUser"];
        };
        /**
         * Format: date-time
         * @description RFC 3339, UTC, milliseconds.
         * @example 2026-05-04T09:30:00.000Z
         */
        Timestamp: string;
        /**
         * @description W3C trace context. On events that of their cause, only when it was sampled. On a client's frame it lends its trace id to what
         *     the frame causes, and so does a `traceparent` header of the handshake to `identify`; what is sampled the gateway decides.
         */
        Traceparent: string;
        Typing: {
            expiresInMs: number;
            parentMessageId?: components["schemas"]["Id"];
            roomId: components["schemas"]["Id"];
            userId: components["schemas"]["Id"];
        };
        TypingInput: {
            parentMessageId?: components["schemas"]["Id"];
            roomId: components["schemas"]["Id"];
        };
        Unsubscribe: {
            streams: {
                [key: string]: components["schemas"]["Seq"] | null;
            };
        };
        /** @description Only what is given changes. */
        UpdateRoomRequest: {
            description?: components["schemas"]["RoomDescription"];
            name?: components["schemas"]["RoomName"];
        };
        /**
         * @description Unique in any case. Letters, digits, dot, hyphen and underscore, beginning and ending with a letter or digit.
         * @example ada
         */
        Username: string;
        /** @description Who somebody is, as it stands beside what he wrote. */
        UserSummary: {
            displayName: components["schemas"]["DisplayName"];
            id: components["schemas"]["Id"];
            username: components["schemas"]["Username"];
        };
    };
    responses: {
        /** @description The request is not well formed, or asks for what cannot be. */
        BadRequest: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It contradicts what is there. */
        Conflict: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The caller may not do this. */
        Forbidden: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Something went wrong on the server. */
        InternalError: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is something here, but not for this method. */
        MethodNotAllowed: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or none that the caller may know of. */
        NotFound: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is larger than allowed. */
        TooLarge: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests of this kind; `Retry-After` says when the next may come. */
        TooManyRequests: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no valid session behind this request. */
        Unauthorized: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The service cannot answer now; the same request may succeed later. */
        Unavailable: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "Retry-After": components["headers"]["RetryAfter"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not UTF-8 JSON. */
        UnsupportedMediaType: {
            headers: {
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description The `nextCursor` of the page before. */
        Cursor: string;
        /**
         * @description The client's name for one request, new for each thing it wants made, the same for each try. Kept for a day, for this user and
         *     operation. Repeating the request answers what the first made; another request under the same key is refused.
         */
        IdempotencyKey: string;
        /** @description How many items at most. */
        Limit: number;
        /**
         * @description The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
         * @example 16/B374D848
         */
        Position: string;
        RoomId: components["schemas"]["Id"];
        /**
         * @description The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
         *     of a time before any of them.
         * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d=12
         */
        Seen: string;
        SessionId: components["schemas"]["Id"];
        UserId: components["schemas"]["Id"];
    };
    requestBodies: never;
    headers: {
        /** @description Always `true` here. */
        IdempotentReplayed: "true";
        /** @description From which place of the database's log on this write is to be seen. Opaque; to be sent along with reads. */
        Position: string;
        /** @description What is left of the tightest of the limits that this request was counted for, as `"class";r=left;t=secondsToReset`. */
        RateLimit: string;
        /** @description The limits that this request was counted for, as `"class";q=limit;w=windowSeconds`. */
        RateLimitPolicy: string;
        /** @description The request's id, the caller's own if it sent a fit one. It stands in every log line of the request. */
        RequestId: string;
        /** @description Seconds to wait before the next try. */
        RetryAfter: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInRequest"];
            };
        };
        responses: {
            /** @description A new session. */
            200: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    signOutEverywhere: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All my sessions have ended, this one too. */
            204: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePasswordRequest"];
            };
        };
        responses: {
            /** @description The new password holds. */
            204: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"];
            };
        };
        responses: {
            /** @description The session goes on under new tokens. */
            200: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    registerUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterRequest"];
            };
        };
        responses: {
            /** @description The new user, signed in. */
            201: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthSession"];
                };
            };
            400: components["responses"]["BadRequest"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSecondFactor: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
                 * @example 16/B374D848
                 */
                "Confab-Position"?: components["parameters"]["Position"];
                /**
                 * @description The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
                 *     of a time before any of them.
                 * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d=12
                 */
                "Confab-Seen"?: components["parameters"]["Seen"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state of it. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactor"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    confirmSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConfirmSecondFactorRequest"];
            };
        };
        responses: {
            /** @description Sign-in asks for a code from now on; the recovery codes are shown this once. */
            200: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    enrolSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordRequest"];
            };
        };
        responses: {
            /** @description The secret, shown this once. */
            201: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactorEnrolment"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeSecondFactor: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordRequest"];
            };
        };
        responses: {
            /** @description Sign-in asks for the password alone. */
            204: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
                 * @example 16/B374D848
                 */
                "Confab-Position"?: components["parameters"]["Position"];
                /**
                 * @description The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
                 *     of a time before any of them.
                 * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d=12
                 */
                "Confab-Seen"?: components["parameters"]["Seen"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description My live sessions, the one used last first. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                sessionId: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createGatewayTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ticket, and where to connect. */
            201: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GatewayTicket"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listRooms: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
                /** @description Only rooms whose name contains this, in any case. */
                query?: string;
                /** @description `joined`: my rooms. `discoverable`: public rooms that I am not in. */
                scope?: "joined" | "discoverable";
            };
            header?: {
                /**
                 * @description The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
                 * @example 16/B374D848
                 */
                "Confab-Position"?: components["parameters"]["Position"];
                /**
                 * @description The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
                 *     of a time before any of them.
                 * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d=12
                 */
                "Confab-Seen"?: components["parameters"]["Seen"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of rooms. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoomPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createRoom: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The client's name for one request, new for each thing it wants made, the same for each try. Kept for a day, for this user and
                 *     operation. Repeating the request answers what the first made; another request under the same key is refused.
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateRoomRequest"];
            };
        };
        responses: {
            /** @description This key was used before; the room that it made. */
            200: {
                headers: {
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
            /** @description The new room. */
            201: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRoom: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
                 * @example 16/B374D848
                 */
                "Confab-Position"?: components["parameters"]["Position"];
                /**
                 * @description The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
                 *     of a time before any of them.
                 * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d=12
                 */
                "Confab-Seen"?: components["parameters"]["Seen"];
            };
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The room. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateRoom: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateRoomRequest"];
            };
        };
        responses: {
            /** @description The room as it is now. */
            200: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Room"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    joinRoom: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description My membership. */
            200: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    leaveRoom: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The room has one member less. */
            204: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description The `nextCursor` of the page before. */
                cursor?: components["parameters"]["Cursor"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
                 * @example 16/B374D848
                 */
                "Confab-Position"?: components["parameters"]["Position"];
                /**
                 * @description The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
                 *     of a time before any of them.
                 * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d=12
                 */
                "Confab-Seen"?: components["parameters"]["Seen"];
            };
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of members. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    addMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddMemberRequest"];
            };
        };
        responses: {
            /** @description The membership. */
            200: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
                userId: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is not a member any more. */
            204: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /** @description Messages newer than this one. */
                after?: components["schemas"]["Id"];
                /** @description This message in the middle. */
                around?: components["schemas"]["Id"];
                /** @description Messages older than this one. */
                before?: components["schemas"]["Id"];
                /** @description How many items at most. */
                limit?: components["parameters"]["Limit"];
            };
            header?: {
                /**
                 * @description The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
                 * @example 16/B374D848
                 */
                "Confab-Position"?: components["parameters"]["Position"];
                /**
                 * @description The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
                 *     of a time before any of them.
                 * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d=12
                 */
                "Confab-Seen"?: components["parameters"]["Seen"];
            };
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of messages. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessagePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    createMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateMessageRequest"];
            };
        };
        responses: {
            /** @description This nonce was sent before; the message that it made. */
            200: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    "Idempotent-Replayed": components["headers"]["IdempotentReplayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The new message. */
            201: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    markRead: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                roomId: components["parameters"]["RoomId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MarkReadRequest"];
            };
        };
        responses: {
            /** @description The marker as it is now. */
            200: {
                headers: {
                    "Confab-Position": components["headers"]["Position"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadMarker"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSync: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The snapshot. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sync"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The highest `Confab-Position` that an answer to my writes bore. What is read shows at least these writes.
                 * @example 16/B374D848
                 */
                "Confab-Position"?: components["parameters"]["Position"];
                /**
                 * @description The newest event that I know of, by stream: `room:<roomId>=<seq>,user:<userId>=<seq>`, 32 streams at most. What is read is never
                 *     of a time before any of them.
                 * @example room:01939f2e-7c1a-7b3e-9d52-0a4f6e8c1b2d=12
                 */
                "Confab-Seen"?: components["parameters"]["Seen"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimitPolicy"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentUser"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}
