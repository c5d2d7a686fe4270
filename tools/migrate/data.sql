-- At least one row for every table, as the product would write it: migrations are tried with data in them.
INSERT INTO users (id, kind, username, email, display_name, password_hash, created_at, updated_at) VALUES
  ('01939f2e-0000-7000-8000-000000000001', 'person', 'ada', 'ada@example.org', 'Ada', '$argon2id$v=19$', now(), now()),
  ('01939f2e-0000-7000-8000-000000000002', 'person', 'Grace', 'grace@example.org', 'Grace', NULL, now(), now());

INSERT INTO sessions (id, user_id, rotated_at, created_at, last_seen_at, expires_at, ended_at, end_reason) VALUES
  ('01939f2e-0000-7000-8000-000000000011', '01939f2e-0000-7000-8000-000000000001', now(), now(), now(), now() + interval '30 days', NULL, NULL),
  ('01939f2e-0000-7000-8000-000000000012', '01939f2e-0000-7000-8000-000000000002', now(), now(), now(), now() + interval '30 days', now(), 'signed_out');

INSERT INTO signing_keys (id, public_jwk, sealed_private_jwk, created_at) VALUES ('key-1', '{"kty": "OKP"}', '\x00', now());

INSERT INTO second_factors (user_id, sealed_secret, confirmed_at, created_at) VALUES ('01939f2e-0000-7000-8000-000000000001', '\x00', now(), now());
INSERT INTO recovery_codes (user_id, code_hash) VALUES ('01939f2e-0000-7000-8000-000000000001', '\x00');
INSERT INTO audit_entries (id, at, action, actor_id, subject_id) VALUES
  ('01939f2e-0000-7000-8000-000000000041', now(), 'session.started', '01939f2e-0000-7000-8000-000000000001', '01939f2e-0000-7000-8000-000000000001');

INSERT INTO stream (id, head) VALUES
  ('room:01939f2e-0000-7000-8000-000000000021', 2), ('user:01939f2e-0000-7000-8000-000000000001', 1);

INSERT INTO stream_event (stream_id, seq, at, type, subject_id, author_id, subject_user_id, control, payload) VALUES
  ('room:01939f2e-0000-7000-8000-000000000021', 1, now(), 'member.added', NULL, NULL, '01939f2e-0000-7000-8000-000000000001', true, '{}'),
  ('room:01939f2e-0000-7000-8000-000000000021', 2, now(), 'message.created', '01939f2e-0000-7000-8000-000000000031',
   '01939f2e-0000-7000-8000-000000000001', NULL, false, '{}'),
  -- Long before any partition of its own.
  ('user:01939f2e-0000-7000-8000-000000000001', 1, now() - interval '2 years', 'read.updated', NULL, NULL, NULL, false, '{}');

INSERT INTO rooms (id, kind, name, member_count, created_by, updated_seq, created_at, updated_at) VALUES
  ('01939f2e-0000-7000-8000-000000000021', 'public', 'Welcome', 1, '01939f2e-0000-7000-8000-000000000001', 0, now(), now());

INSERT INTO memberships (room_id, user_id, role, joined_seq, joined_at, read_seq) VALUES
  ('01939f2e-0000-7000-8000-000000000021', '01939f2e-0000-7000-8000-000000000001', 'owner', 1, now(), 1);

INSERT INTO messages (id, room_id, seq, updated_seq, author_id, content, html, nonce, request_hash, created_at) VALUES
  ('01939f2e-0000-7000-8000-000000000031', '01939f2e-0000-7000-8000-000000000021', 2, 2, '01939f2e-0000-7000-8000-000000000001',
   'Hello', '<p>Hello</p>', 'nonce-1', '\x00', now());

INSERT INTO idempotency_keys (user_id, operation, key, request_hash, subject_id, created_at) VALUES
  ('01939f2e-0000-7000-8000-000000000001', 'createRoom', 'key-1', '\x00', '01939f2e-0000-7000-8000-000000000021', now());

INSERT INTO backfills (name, last_key, row_count) VALUES ('some-names', 'ada', 1);
INSERT INTO epochs (epoch, begun_at) VALUES ('1abcdefghijkl-1', '2026-01-01Z');
INSERT INTO job_pools (id) VALUES ('pool-1');
