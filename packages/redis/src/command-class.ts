/** What a command is, for metrics and spans: a bounded list. */
export const commandClasses = ['read', 'write', 'script', 'pubsub', 'stream', 'transaction', 'connection', 'other'] as const;
export type CommandClass = (typeof commandClasses)[number];

const members: Readonly<Record<Exclude<CommandClass, 'stream' | 'other'>, string>> = {
  read: 'EXISTS GET GETRANGE HEXISTS HGET HGETALL HKEYS HLEN HMGET HSCAN HVALS LINDEX LLEN LRANGE MGET PTTL SCAN SCARD SISMEMBER SMEMBERS SMISMEMBER STRLEN TTL TYPE ZCARD ZCOUNT ZMSCORE ZRANGE ZRANGEBYSCORE ZRANK ZREVRANGE ZSCORE',
  write: 'APPEND DECR DECRBY DEL EXPIRE EXPIREAT GETDEL GETEX GETSET HDEL HINCRBY HMSET HSET HSETNX INCR INCRBY LPOP LPUSH LREM LTRIM MSET MSETNX PERSIST PEXPIRE PEXPIREAT PSETEX RENAME RPOP RPUSH SADD SET SETEX SETNX SPOP SREM UNLINK ZADD ZINCRBY ZPOPMIN ZREM ZREMRANGEBYSCORE',
  script: 'EVAL EVALSHA EVALSHA_RO EVAL_RO FCALL FCALL_RO FUNCTION SCRIPT',
  pubsub: 'PUBLISH PUBSUB SPUBLISH',
  transaction: 'DISCARD EXEC MULTI UNWATCH WATCH',
  connection: 'AUTH CLIENT CLUSTER CONFIG ECHO HELLO INFO PING QUIT READONLY READWRITE RESET ROLE SELECT WAIT',
};

const classes = new Map(Object.entries(members).flatMap(([name, commands]) => commands.split(' ').map((command) => [command, name as CommandClass])));

/** Commands on streams all begin alike, and no other does. */
export function commandClass(command: string): CommandClass {
  return classes.get(command) ?? (command.startsWith('X') ? 'stream' : 'other');
}
