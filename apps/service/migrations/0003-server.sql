-- State that all instances of the service share.

-- Signing and cookie keys, which the first instance to start generates.
CREATE TABLE server_keys (
  name text PRIMARY KEY,
  value jsonb NOT NULL
);

-- How many requests a project sent in its current window. The table is unlogged, so that counting a
-- request does not wait for the disk; after a crash of the database the counts start at zero.
CREATE UNLOGGED TABLE rate_limits (
  project_id text PRIMARY KEY,
  requests bigint NOT NULL,
  window_ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);
