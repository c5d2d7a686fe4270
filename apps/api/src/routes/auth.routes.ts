import type { Core, SignedIn } from '@confab/core';
import type { Context, Operations } from '../operations.ts';

type AuthOperation =
  | 'registerUser' | 'signIn' | 'refreshSession' | 'signOut' | 'signOutEverywhere' | 'listSessions' | 'endSession'
  | 'changePassword' | 'getSecondFactor' | 'enrolSecondFactor' | 'confirmSecondFactor' | 'removeSecondFactor';

export function authRoutes({ signIn, sessions, secondFactors }: Core): Pick<Operations, AuthOperation> {
  return {
    registerUser: async ({ body }, context) => handOut(await signIn.register(body, context.device), body.refreshTokenIn, context),
    signIn: async ({ body }, context) => handOut(await signIn.signIn(body, context.device), body.refreshTokenIn, context),
    async refreshSession({ body }, context) {
      const { refreshToken = context.refreshCookie.value ?? '' } = body;
      const session = await sessions.refresh(refreshToken, context.device.address);
      return handOut(session, body.refreshToken === undefined ? 'cookie' : 'body', context);
    },
    async signOut(_, { actor, refreshCookie }) {
      await sessions.end(actor);
      refreshCookie.dropOf(actor.sessionId);
    },
    async signOutEverywhere(_, { actor, refreshCookie }) {
      await sessions.endAll(actor);
      refreshCookie.drop();
    },
    listSessions: (_, { actor }) => sessions.list(actor),
    async endSession({ path }, { actor, refreshCookie }) {
      await sessions.endOne(actor, path.sessionId);
      refreshCookie.dropOf(path.sessionId);
    },
    changePassword: ({ body }, { actor, device }) => signIn.changePassword(actor, body, device),
    getSecondFactor: (_, { actor }) => secondFactors.get(actor),
    enrolSecondFactor: ({ body }, { actor, device }) => secondFactors.enrol(actor, body, device.address),
    confirmSecondFactor: ({ body }, { actor }) => secondFactors.confirm(actor, body),
    removeSecondFactor: ({ body }, { actor, device }) => secondFactors.remove(actor, body, device.address),
  };
}

/** The refresh token goes to the place that the client wants it in. */
function handOut(session: SignedIn, place: 'body' | 'cookie' | undefined, { refreshCookie }: Context) {
  return place === 'cookie' ? refreshCookie.keep(session) : session;
}
