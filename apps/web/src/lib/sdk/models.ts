import type { Schemas } from '@confab/sdk';

/** The contract's schemas under the names the client's code speaks of. */
export type Message = Schemas['Message'];
export type Room = Schemas['Room'];
export type Member = Schemas['Member'];
export type Person = Schemas['UserSummary'];
export type CurrentUser = Schemas['CurrentUser'];
export type MyMembership = Schemas['MyMembership'];
export type MessagePage = Schemas['MessagePage'];
export type ReadMarker = Schemas['ReadMarker'];
