-- The tables that a design of revocation needs. The reference and the flawed designs share them.
CREATE TABLE app_authorizations (
  authorization_id text PRIMARY KEY,
  revocation_count integer NOT NULL DEFAULT 0,
  revoked_at timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE TABLE pages (
  page text PRIMARY KEY,
  authorization_id text NOT NULL,
  epoch integer NOT NULL
);
CREATE TABLE grants (
  grant_id text PRIMARY KEY,
  authorization_id text NOT NULL,
  epoch integer NOT NULL,
  ended boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE tokens (
  token text PRIMARY KEY,
  authorization_id text NOT NULL,
  grant_id text NOT NULL,
  epoch integer NOT NULL,
  consumed boolean NOT NULL DEFAULT false
);
