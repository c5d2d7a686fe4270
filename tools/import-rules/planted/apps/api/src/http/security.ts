// breaks: redis-in-stores
export { createClient } from 'redis';
