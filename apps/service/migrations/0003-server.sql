-- State that all instances of the service share.

-- Signing and cookie keys, which the first instance to start generates.
CREATE TABLE server_keys (
  name text PRIMARY KEY,
  value jsonb NOT NULL
);

-- The columns are those that rate-limiter-flexible requires. The table is unlogged, so that counting
-- a request does not wait for the disk; after a crash of the database the counts start at zero. A
-- count is updated in the free space of its page, and reclaimed without a vacuum.
CREATE UNLOGGED TABLE rate_limits (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
) WITH (fillfactor = 50);
