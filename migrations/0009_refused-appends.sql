-- Up Migration
-- An append that its guard refuses is an error, so that the commit that was sent behind it without waiting rolls back and does not
-- keep the number without its event.
CREATE FUNCTION stream_refuse_append() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the append is refused' USING ERRCODE = 'CF001';
END
$$;

-- Down Migration
DROP FUNCTION stream_refuse_append();
