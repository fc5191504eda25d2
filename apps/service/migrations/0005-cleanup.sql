-- What cleaning up needs to find what is old, without reading all there is.

-- When a grant is to be looked at next. Once a day is enough, and spreads the work.
ALTER TABLE grants ADD COLUMN look_at timestamptz NOT NULL DEFAULT now() + interval '1 day';
CREATE INDEX grants_by_look_at ON grants (look_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- A session is found by its id or token alone, so no two may share one.
DROP INDEX sessions_by_id;
CREATE UNIQUE INDEX sessions_by_id ON sessions (session_id);
DROP INDEX sessions_by_token;
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash);
