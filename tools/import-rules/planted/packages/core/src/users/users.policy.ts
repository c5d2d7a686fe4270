// breaks: subjects-are-ordered-1
export type * from '../rooms/rooms.repository.ts';
