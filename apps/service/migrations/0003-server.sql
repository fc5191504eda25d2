-- State that all instances of the service share.

-- The keys that sign ID tokens and cookies. The first instance to start generates the first
-- generation, and each rotation another one.
CREATE TABLE server_keys (
  generation bigint PRIMARY KEY,
  value jsonb NOT NULL,
  -- Of the generations whose time has come, the last one signs. All of them verify.
  signs_from timestamptz NOT NULL
);
COMMENT ON TABLE server_keys IS 'local';

-- How many requests a project sent in its current window. The table is unlogged, so that counting a
-- request does not wait for the disk; after a crash of the database the counts start at zero. A count
-- is updated in the free space of its page, and reclaimed without a vacuum.
CREATE UNLOGGED TABLE rate_limits (
  project_id text PRIMARY KEY,
  requests bigint NOT NULL,
  window_ends_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE rate_limits IS 'local';
