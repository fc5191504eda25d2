-- What was granted, and what ended it.

-- One row for each Member and Connected App that ever met on a consent page.
-- `revocation_count` is the one fact that decides over life and death: everything granted at an
-- earlier count is dead. It only grows, so the dead stay dead. A count, not a time: two
-- events can share a timestamp, and clocks go backwards.
CREATE TABLE app_authorizations (
  organization_id text NOT NULL,
  member_id text NOT NULL,
  connected_app_id text NOT NULL REFERENCES connected_apps,
  revocation_count bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (organization_id, member_id, connected_app_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members
) WITH (fillfactor = 70);

-- One row for each consent. Never updated but to end it, never reused.
CREATE TABLE grants (
  organization_id text NOT NULL,
  grant_id text NOT NULL,
  member_id text NOT NULL,
  connected_app_id text NOT NULL,
  -- The connection's `revocation_count` when the consent page was opened.
  epoch bigint NOT NULL,
  scope text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Set when this one grant ends: a refresh token was revoked (RFC 7009), a code or refresh
  -- token was replayed.
  ended_at timestamptz,
  -- When cleaning up looks at this grant next. Once a day is enough, and spreads the work.
  cleanup_due_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
  PRIMARY KEY (organization_id, grant_id),
  FOREIGN KEY (organization_id, member_id, connected_app_id) REFERENCES app_authorizations
);
CREATE INDEX grants_by_id ON grants (grant_id);
CREATE INDEX grants_by_cleanup_due_at ON grants (cleanup_due_at);
CREATE INDEX grants_by_app_authorization ON grants (organization_id, member_id, connected_app_id);

-- The only definition of a live grant. Whatever reads a code or a token joins it.
CREATE VIEW active_grants AS
  SELECT g.*
  FROM grants g
  JOIN app_authorizations c USING (organization_id, member_id, connected_app_id)
  WHERE g.ended_at IS NULL AND g.epoch = c.revocation_count;

-- Authorization codes, access tokens and refresh tokens.
CREATE TABLE tokens (
  organization_id text NOT NULL,
  token_hash bytea NOT NULL,
  kind text NOT NULL,
  grant_id text NOT NULL,
  -- Not jsonb, which can't hold a NUL; a `state` or `nonce` may contain one.
  payload json NOT NULL,
  expires_at timestamptz NOT NULL,
  consumed_at timestamptz,
  PRIMARY KEY (organization_id, token_hash),
  FOREIGN KEY (organization_id, grant_id) REFERENCES grants
);
CREATE INDEX tokens_by_hash ON tokens (token_hash);
CREATE INDEX tokens_by_grant ON tokens (organization_id, grant_id);
CREATE INDEX tokens_by_expiry ON tokens (expires_at);

-- What a browser holds a cookie for: login sessions and pages that wait for an answer.
CREATE TABLE oidc_sessions (
  kind text NOT NULL,
  id_hash bytea NOT NULL,
  uid text,
  payload json NOT NULL,
  expires_at timestamptz NOT NULL,
  -- The connection's `revocation_count` when its consent page was first opened.
  consent_epoch bigint,
  PRIMARY KEY (kind, id_hash)
);
CREATE INDEX oidc_sessions_by_uid ON oidc_sessions (uid) WHERE uid IS NOT NULL;
CREATE INDEX oidc_sessions_by_expiry ON oidc_sessions (expires_at);

-- Who revoked what, when, and from which request. Only ever added to.
CREATE TABLE audit_log (
  organization_id text NOT NULL,
  audit_id bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL DEFAULT now(),
  action text NOT NULL,
  request_id text NOT NULL,
  project_id text NOT NULL,
  -- The Member whose session asked, if one did; otherwise the project itself.
  actor_member_id text,
  actor_session_id text,
  member_id text NOT NULL,
  connected_app_id text NOT NULL,
  -- The connection's count after the revoke; null if the Member never met the Connected App.
  revocation_count bigint,
  PRIMARY KEY (organization_id, audit_id)
);
