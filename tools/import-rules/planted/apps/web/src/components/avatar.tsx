// breaks: web-shared-is-below-features
export * from '../features/rooms/api/use-rooms.ts';
