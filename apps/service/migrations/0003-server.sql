-- What all instances of the service share.

-- Signing and cookie keys, made by the first instance that starts.
CREATE TABLE server_keys (
  name text PRIMARY KEY,
  value jsonb NOT NULL
);

-- In the form that rate-limiter-flexible wants. Unlogged: counting a request must not wait
-- for the disk, and a crash of the database may forget the counts of the last second.
CREATE UNLOGGED TABLE rate_limits (
  key varchar(255) PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
) WITH (fillfactor = 50);
