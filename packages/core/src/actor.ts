/** Who acts: a verified access token whose session is live. */
export interface Actor {
  readonly userId: string;
  readonly sessionId: string;
  /** The access token's `jti`. */
  readonly tokenId: string;
  /** When the access token expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}
