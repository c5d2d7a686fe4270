import type { Rest, Schemas } from '@confab/sdk';

type Answer<Operation extends keyof Rest> = Awaited<ReturnType<Rest[Operation]>>;

/** The contract's schemas under the names the client's code speaks of. */
export type MessagePage = Answer<'listMessages'>;
export type Message = MessagePage['items'][number];
export type Room = Schemas['Room'];
export type Member = Schemas['Member'];
export type Person = Schemas['UserSummary'];
export type CurrentUser = Schemas['CurrentUser'];
