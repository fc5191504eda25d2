-- Grants and tokens, and the revocations that end them.

-- One row for each Member and Connected App for which a consent page was ever opened.
-- `revocation_count` decides which grants are active: a grant that was created at a lower count is
-- revoked. The count only increases, so revocation is permanent. It is a count and not a time,
-- because two events can have the same timestamp, and clocks can go backwards.
-- No index has the count, so a revoke updates its row in the free space of the same page, which
-- PostgreSQL reclaims without a vacuum.
CREATE TABLE app_authorizations (
  bucket integer NOT NULL,
  organization_id text NOT NULL,
  member_id text NOT NULL,
  connected_app_id text NOT NULL REFERENCES connected_apps,
  revocation_count bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (bucket, organization_id, member_id, connected_app_id),
  FOREIGN KEY (bucket, organization_id, member_id) REFERENCES members
) WITH (fillfactor = 70);
COMMENT ON TABLE app_authorizations IS 'distributed';

-- One row for each consent. It is never reused, and only updated to end it or to defer its cleanup.
CREATE TABLE grants (
  bucket integer NOT NULL,
  -- It begins with the bucket, as codes and tokens do.
  grant_id text NOT NULL,
  organization_id text NOT NULL,
  member_id text NOT NULL,
  connected_app_id text NOT NULL,
  -- The authorization's `revocation_count` when the consent page was opened.
  epoch bigint NOT NULL,
  scope text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Set when this grant ends by itself: when its refresh token is revoked (RFC 7009), or a code or
  -- refresh token is replayed.
  ended_at timestamptz,
  -- When the cleanup job checks this grant next. Once a day is enough, and spreads the work.
  cleanup_due_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
  PRIMARY KEY (bucket, grant_id),
  FOREIGN KEY (bucket, organization_id, member_id, connected_app_id) REFERENCES app_authorizations
  -- The cleanup updates each active grant once a day, which leaves a dead row for each of them. By
  -- default a table is vacuumed when a fifth of its rows is dead.
) WITH (autovacuum_vacuum_scale_factor = 0.05);
COMMENT ON TABLE grants IS 'distributed';
CREATE INDEX grants_by_cleanup_due_at ON grants (cleanup_due_at);
CREATE INDEX grants_by_app_authorization ON grants (bucket, organization_id, member_id, connected_app_id);
-- For the Members of an Organization who use a Connected App.
CREATE INDEX grants_by_connected_app ON grants (bucket, organization_id, connected_app_id);

-- The only definition of an active grant. Every query that reads a code or a token joins it.
CREATE VIEW active_grants AS
  SELECT g.*
  FROM grants g
  JOIN app_authorizations aa USING (bucket, organization_id, member_id, connected_app_id)
  WHERE g.ended_at IS NULL AND g.epoch = aa.revocation_count;

-- Authorization codes, access tokens and refresh tokens.
CREATE TABLE tokens (
  bucket integer NOT NULL,
  token_hash bytea NOT NULL,
  kind text NOT NULL,
  grant_id text NOT NULL,
  -- Not jsonb, which can't store a NUL: a `state` or `nonce` may contain one. NULL some time after the
  -- token was consumed: then it is only kept to recognize a replay.
  payload json,
  expires_at timestamptz NOT NULL,
  -- The first use. A repeat within the reuse interval does not change it.
  consumed_at timestamptz,
  PRIMARY KEY (bucket, token_hash),
  FOREIGN KEY (bucket, grant_id) REFERENCES grants
  -- Every row is deleted, most of them within days. With the default of a fifth, the table was measured
  -- to grow by 20 % and its indexes by 33 %; with a fiftieth, by 4 % and 11 %. Each batch of the cleanup
  -- also reads the dead index entries of those before it: after 76 batches, 4,474 pages instead of 60.
) WITH (autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON TABLE tokens IS 'distributed';
CREATE INDEX tokens_by_grant ON tokens (bucket, grant_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);
-- For the cleanup. A token leaves this index when its payload is removed.
CREATE INDEX tokens_by_consumption ON tokens (consumed_at)
  WHERE consumed_at IS NOT NULL AND payload IS NOT NULL;

-- Sessions and interactions of oidc-provider, each of which a browser has a cookie for.
CREATE TABLE oidc_sessions (
  kind text NOT NULL,
  id_hash bytea NOT NULL,
  uid text,
  payload json NOT NULL,
  expires_at timestamptz NOT NULL,
  -- The authorization's `revocation_count` when the consent page was first opened.
  consent_epoch bigint,
  PRIMARY KEY (id_hash, kind)
  -- As for tokens: a flow leaves several dead rows behind.
) WITH (autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON TABLE oidc_sessions IS 'local';
CREATE INDEX oidc_sessions_by_uid ON oidc_sessions (uid) WHERE uid IS NOT NULL;
CREATE INDEX oidc_sessions_by_expiry ON oidc_sessions (expires_at);

-- Who requested what, when, in which request, and with what outcome: requests to change something,
-- consents, and ends of grants. The service only adds rows; only the table's owner may delete them.
CREATE TABLE audit_log (
  bucket integer NOT NULL,
  organization_id text NOT NULL,
  -- When the transaction began, so a row can appear after one with a later time.
  at timestamptz NOT NULL DEFAULT now(),
  audit_id bigint GENERATED ALWAYS AS IDENTITY,
  -- The id of the operation, or `consent` or `endGrant`.
  action text NOT NULL,
  -- `ok`, the name of the error, or why the grant ended.
  outcome text NOT NULL,
  request_id text NOT NULL,
  project_id text NOT NULL,
  -- The Member who gave or denied consent, or whose session the request carried. NULL if the project
  -- itself or the Connected App made the request.
  actor_member_id text,
  actor_session_id text,
  -- NULL if a rejected request named none that exists, or if its path has none.
  member_id text,
  connected_app_id text,
  -- The grant that was created or ended.
  grant_id text,
  -- The authorization's count after a revoke. NULL if no consent page was ever opened.
  revocation_count bigint,
  PRIMARY KEY (bucket, organization_id, at, audit_id)
);
COMMENT ON TABLE audit_log IS 'distributed';
CREATE INDEX audit_log_by_time ON audit_log (at, audit_id);
