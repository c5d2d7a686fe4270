import { defineScript } from '@confab/redis';

/**
 * All that happens to a user's connections, in one script and by Redis' clock. Keys: the leases (connection -> expiry), who of
 * them said away, the presence that was told last, the connections that were replaced lately, and the users of the partition by when somebody
 * must look after them, so that no crash leaves one whom nobody looks after. Whatever is done, the
 * presence that follows from the leases is compared with the one told last, so each change is published once, whoever asks, over
 * the channel of the user's partition.
 *
 * Answers the outcome, whether the connection counts as away, and the presence if it changed now.
 */
export const leaseLua = `
local op, user, connection, isAway, replaces = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local limit, ttl, grace, channel = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]
local leases, away, presence, replaced, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

redis.call('ZREMRANGEBYSCORE', leases, '-inf', now)
redis.call('ZREMRANGEBYSCORE', replaced, '-inf', now)

local outcome = 'held'
if op == 'acquire' then
  local tookPlace = replaces ~= '' and redis.call('ZREM', leases, replaces) == 1
  if not tookPlace and redis.call('ZCARD', leases) >= limit then
    outcome = 'refused'
  else
    if tookPlace then outcome = 'resumed' end
    if replaces ~= '' then
      if redis.call('SREM', away, replaces) == 1 then isAway = '1' end
      redis.call('ZADD', replaced, now + 2 * ttl, replaces)
      redis.call('PEXPIRE', replaced, 2 * ttl)
      redis.call('SPUBLISH', channel, 'replaced ' .. user .. ' ' .. replaces)
    end
  end
elseif op == 'renew' and redis.call('ZSCORE', replaced, connection) then
  outcome = 'replaced'
elseif op == 'release' then
  redis.call('ZREM', leases, connection)
end
if (op == 'acquire' or op == 'renew') and outcome ~= 'refused' and outcome ~= 'replaced' then
  redis.call('ZADD', leases, now + ttl, connection)
  redis.call(isAway == '1' and 'SADD' or 'SREM', away, connection)
end

local told = redis.call('HMGET', presence, 'state', 'version', 'emptySince')
local before = told[1] or 'offline'
local state, lookAt = before, 0
local live = redis.call('ZREVRANGE', leases, 0, -1, 'WITHSCORES')
if #live > 0 then
  for _, each in ipairs(redis.call('SMEMBERS', away)) do
    if not redis.call('ZSCORE', leases, each) then redis.call('SREM', away, each) end
  end
  state = redis.call('SCARD', away) == #live / 2 and 'away' or 'online'
  lookAt = tonumber(live[2])
  redis.call('HDEL', presence, 'emptySince')
elseif before ~= 'offline' then
  -- From when it is seen, not from when the last lease ended: after an outage all have ended, and their holders come back.
  local since = tonumber(told[3]) or now
  if now >= since + grace then
    state = 'offline'
    redis.call('HDEL', presence, 'emptySince')
    redis.call('DEL', away)
  else
    lookAt = since + grace
    redis.call('HSET', presence, 'emptySince', since)
  end
end
local changed = ''
if state ~= before then
  changed = state
  local version = string.format('%.0f', math.max(tonumber(told[2] or 0) + 1, time[1] * 1000000 + time[2]))
  redis.call('HSET', presence, 'state', state, 'version', version)
  redis.call('SPUBLISH', channel, 'presence ' .. user .. ' ' .. state .. ' ' .. version)
end
redis.call('PEXPIRE', leases, ttl)
redis.call('PEXPIRE', away, ttl + grace)
redis.call('PEXPIRE', presence, ttl + grace + 600000)
if lookAt > 0 then redis.call('ZADD', due, lookAt, user) else redis.call('ZREM', due, user) end
return { outcome, isAway, changed }`;

export const leaseScript = defineScript({ lua: leaseLua, numberOfKeys: 5 });

/** Whoever takes a place shows a ticket (the sixth key), which is good once: what comes of it is decided with the place. */
export const entranceScript = defineScript({ lua: `if not redis.call('SET', KEYS[6], '1', 'NX', 'EX', ARGV[10]) then return { 'spent', '0', '' } end\n${leaseLua}`, numberOfKeys: 6 });

/** Users by when somebody must look after them: whose gateway died says nothing any more. Claimed for a while by whoever looks. */
export const claimScript = defineScript({
  numberOfKeys: 1,
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local users = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, user in ipairs(users) do redis.call('ZADD', KEYS[1], now + ARGV[2], user) end
return users`,
});
