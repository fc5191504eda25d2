-- Projects, and their Organizations, Members, sessions, roles and Connected Apps.
--
-- Every row that belongs to an Organization has the Organization's bucket, with which its key starts.
-- The comment of a table is its type in a distributed PostgreSQL (Citus): `distributed` by bucket;
-- `reference`, with a copy on each node; or `local`, only on the coordinator.

CREATE TABLE projects (
  project_id text PRIMARY KEY,
  -- SHA-256 of a random secret. Slow hashes protect passwords that can be guessed. 256 random bits
  -- can't be guessed, and the secret is checked on every request.
  secret_hash bytea NOT NULL,
  -- Set while the secret is replaced: both are accepted.
  next_secret_hash bytea,
  -- Public keys only (RFC 7517). The issuer of the session JWTs keeps the private keys.
  session_jwks jsonb NOT NULL DEFAULT '{"keys": []}'
);
COMMENT ON TABLE projects IS 'reference';

CREATE TABLE organizations (
  organization_id text PRIMARY KEY,
  project_id text NOT NULL REFERENCES projects,
  -- A hash of the id (see `src/bucket.ts`).
  bucket integer NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
  slug text NOT NULL,
  external_id text,
  UNIQUE (project_id, slug),
  UNIQUE (project_id, external_id),
  -- For the foreign keys of the rows that belong to it, which thereby have its bucket.
  UNIQUE (bucket, organization_id)
);
COMMENT ON TABLE organizations IS 'reference';

CREATE TABLE members (
  bucket integer NOT NULL,
  organization_id text NOT NULL,
  member_id text NOT NULL,
  external_id text,
  name text NOT NULL,
  PRIMARY KEY (bucket, organization_id, member_id),
  UNIQUE (bucket, organization_id, external_id),
  FOREIGN KEY (bucket, organization_id) REFERENCES organizations (bucket, organization_id)
);
COMMENT ON TABLE members IS 'distributed';
-- An OAuth subject is a Member's id without its Organization's. No index can make it unique beyond its
-- bucket, so an id that two Members share identifies neither of them.
CREATE UNIQUE INDEX members_by_id ON members (member_id, bucket);

CREATE TABLE roles (
  project_id text NOT NULL REFERENCES projects,
  role_id text NOT NULL,
  PRIMARY KEY (project_id, role_id)
);
COMMENT ON TABLE roles IS 'reference';

CREATE TABLE permissions (
  project_id text NOT NULL,
  role_id text NOT NULL,
  resource_id text NOT NULL,
  -- '*' means every action.
  action text NOT NULL,
  PRIMARY KEY (project_id, role_id, resource_id, action),
  FOREIGN KEY (project_id, role_id) REFERENCES roles
);
COMMENT ON TABLE permissions IS 'reference';

CREATE TABLE member_roles (
  bucket integer NOT NULL,
  organization_id text NOT NULL,
  member_id text NOT NULL,
  role_id text NOT NULL,
  PRIMARY KEY (bucket, organization_id, member_id, role_id),
  FOREIGN KEY (bucket, organization_id, member_id) REFERENCES members
);
COMMENT ON TABLE member_roles IS 'distributed';

CREATE TABLE sessions (
  bucket integer NOT NULL,
  organization_id text NOT NULL,
  session_id text NOT NULL,
  member_id text NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (bucket, organization_id, session_id),
  FOREIGN KEY (bucket, organization_id, member_id) REFERENCES members
);
COMMENT ON TABLE sessions IS 'distributed';
-- A session is looked up by its id or token alone, in any bucket.
CREATE UNIQUE INDEX sessions_by_id ON sessions (session_id, bucket);
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash, bucket);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
-- For consent pages, which require that the Member has any active session.
CREATE INDEX sessions_by_member ON sessions (bucket, organization_id, member_id);

CREATE TABLE connected_apps (
  connected_app_id text PRIMARY KEY,
  project_id text NOT NULL REFERENCES projects,
  name text NOT NULL,
  description text NOT NULL,
  logo_url text,
  -- Whether the project's owner develops it, and not a third party.
  is_first_party boolean NOT NULL,
  redirect_uris text[] NOT NULL,
  -- SHA-256 of the client secret. NULL for a public client.
  secret_hash bytea,
  -- Set while the secret is replaced: both are accepted.
  next_secret_hash bytea,
  client_type text NOT NULL GENERATED ALWAYS AS (
    CASE WHEN is_first_party THEN 'first_party' ELSE 'third_party' END
    || CASE WHEN secret_hash IS NULL THEN '_public' ELSE '' END
  ) STORED
);
COMMENT ON TABLE connected_apps IS 'reference';

-- The APIs of a project, which introspect access tokens (RFC 7662).
CREATE TABLE resource_servers (
  resource_server_id text PRIMARY KEY,
  project_id text NOT NULL REFERENCES projects,
  name text NOT NULL,
  secret_hash bytea NOT NULL,
  -- Set while the secret is replaced: both are accepted.
  next_secret_hash bytea
);
COMMENT ON TABLE resource_servers IS 'reference';
