-- Up Migration
CREATE TABLE rooms (
  id uuid PRIMARY KEY,
  kind text NOT NULL CONSTRAINT rooms_kind_check CHECK (kind IN ('public', 'private', 'direct')),
  name text,
  description text NOT NULL DEFAULT '',
  member_count integer NOT NULL CONSTRAINT rooms_member_count_check CHECK (member_count >= 0),
  created_by uuid CONSTRAINT rooms_created_by_fkey REFERENCES users (id) ON DELETE SET NULL,
  updated_seq bigint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT rooms_name_check CHECK (kind = 'direct' OR name IS NOT NULL)
);
CREATE INDEX rooms_public_by_id ON rooms (id) WHERE kind = 'public';

CREATE TABLE memberships (
  room_id uuid NOT NULL CONSTRAINT memberships_room_id_fkey REFERENCES rooms (id) ON DELETE CASCADE,
  user_id uuid NOT NULL CONSTRAINT memberships_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
  role text NOT NULL CONSTRAINT memberships_role_check CHECK (role IN ('owner', 'moderator', 'member')),
  joined_seq bigint NOT NULL,
  joined_at timestamptz NOT NULL,
  read_seq bigint NOT NULL,
  CONSTRAINT memberships_pkey PRIMARY KEY (room_id, user_id)
) WITH (fillfactor = 80);
CREATE INDEX memberships_by_user ON memberships (user_id, room_id);

CREATE TABLE messages (
  id uuid PRIMARY KEY,
  room_id uuid NOT NULL CONSTRAINT messages_room_id_fkey REFERENCES rooms (id) ON DELETE CASCADE,
  seq bigint NOT NULL,
  updated_seq bigint NOT NULL,
  type text NOT NULL DEFAULT 'user' CONSTRAINT messages_type_check CHECK (type IN ('user', 'system')),
  author_id uuid NOT NULL CONSTRAINT messages_author_id_fkey REFERENCES users (id),
  parent_message_id uuid CONSTRAINT messages_parent_message_id_fkey REFERENCES messages (id),
  content text NOT NULL,
  html text NOT NULL,
  nonce text NOT NULL,
  request_hash bytea NOT NULL,
  created_at timestamptz NOT NULL,
  edited_at timestamptz,
  deleted_at timestamptz,
  CONSTRAINT messages_room_seq_key UNIQUE (room_id, seq),
  CONSTRAINT messages_nonce_key UNIQUE (room_id, author_id, nonce)
);
CREATE INDEX messages_roots ON messages (room_id, seq) WHERE parent_message_id IS NULL;
CREATE INDEX messages_replies ON messages (parent_message_id, seq) WHERE parent_message_id IS NOT NULL;

-- Down Migration
DROP TABLE messages;
DROP TABLE memberships;
DROP TABLE rooms;
