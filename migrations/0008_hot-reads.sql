-- Concurrently

-- Up Migration
-- Members in the order of joining.
DROP INDEX CONCURRENTLY IF EXISTS memberships_by_joining;
CREATE INDEX CONCURRENTLY memberships_by_joining ON memberships (room_id, joined_seq);

-- Unread messages are counted without a look at the messages themselves.
DROP INDEX CONCURRENTLY IF EXISTS messages_countable;
CREATE INDEX CONCURRENTLY messages_countable ON messages (room_id, seq) INCLUDE (author_id)
  WHERE parent_message_id IS NULL AND deleted_at IS NULL AND type = 'user';

-- Down Migration
DROP INDEX CONCURRENTLY IF EXISTS messages_countable;
DROP INDEX CONCURRENTLY IF EXISTS memberships_by_joining;
