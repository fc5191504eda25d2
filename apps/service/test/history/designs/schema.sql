-- The least that a design of revocation needs. Right and wrong ones share it.
CREATE TABLE app_authorizations (
  connection text PRIMARY KEY,
  revocation_count integer NOT NULL DEFAULT 0,
  revoked_at timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE TABLE pages (
  page text PRIMARY KEY,
  connection text NOT NULL,
  epoch integer NOT NULL
);
CREATE TABLE grants (
  grant_id text PRIMARY KEY,
  connection text NOT NULL,
  epoch integer NOT NULL,
  ended boolean NOT NULL DEFAULT false,
  made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE TABLE tokens (
  token text PRIMARY KEY,
  connection text NOT NULL,
  grant_id text NOT NULL,
  epoch integer NOT NULL,
  spent boolean NOT NULL DEFAULT false
);
