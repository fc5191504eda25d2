-- Projects, and their Organizations, Members, sessions, roles and Connected Apps.
-- The key of every row that belongs to an Organization starts with the organization's id.

CREATE TABLE projects (
  project_id text PRIMARY KEY,
  -- SHA-256 of a random secret. A slow hash is for passwords that can be guessed. 256 random bits
  -- can't, and the secret is checked on every request.
  secret_hash bytea NOT NULL,
  -- Set while the secret is replaced: both are accepted.
  next_secret_hash bytea,
  -- Public keys only (RFC 7517). The issuer of the session JWTs keeps the private keys.
  session_jwks jsonb NOT NULL DEFAULT '{"keys": []}'
);

CREATE TABLE organizations (
  organization_id text PRIMARY KEY,
  project_id text NOT NULL REFERENCES projects,
  slug text NOT NULL,
  external_id text,
  UNIQUE (project_id, slug),
  UNIQUE (project_id, external_id)
);

CREATE TABLE members (
  organization_id text NOT NULL REFERENCES organizations,
  member_id text NOT NULL,
  external_id text,
  name text NOT NULL,
  PRIMARY KEY (organization_id, member_id),
  UNIQUE (organization_id, external_id)
);
-- An OAuth subject is a Member's id without its Organization's, so a Member's id is unique.
CREATE UNIQUE INDEX members_by_id ON members (member_id);

CREATE TABLE roles (
  project_id text NOT NULL REFERENCES projects,
  role_id text NOT NULL,
  PRIMARY KEY (project_id, role_id)
);

CREATE TABLE permissions (
  project_id text NOT NULL,
  role_id text NOT NULL,
  resource_id text NOT NULL,
  -- '*' means every action.
  action text NOT NULL,
  PRIMARY KEY (project_id, role_id, resource_id, action),
  FOREIGN KEY (project_id, role_id) REFERENCES roles
);

CREATE TABLE member_roles (
  organization_id text NOT NULL,
  member_id text NOT NULL,
  role_id text NOT NULL,
  PRIMARY KEY (organization_id, member_id, role_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members
);

CREATE TABLE sessions (
  organization_id text NOT NULL,
  session_id text NOT NULL,
  member_id text NOT NULL,
  token_hash bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (organization_id, session_id),
  FOREIGN KEY (organization_id, member_id) REFERENCES members
);
-- A session is looked up by its id or token alone, so both are unique.
CREATE UNIQUE INDEX sessions_by_id ON sessions (session_id);
CREATE UNIQUE INDEX sessions_by_token ON sessions (token_hash);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
-- For consent pages, which require that the Member has any active session.
CREATE INDEX sessions_by_member ON sessions (organization_id, member_id);

CREATE TABLE connected_apps (
  connected_app_id text PRIMARY KEY,
  project_id text NOT NULL REFERENCES projects,
  name text NOT NULL,
  description text NOT NULL,
  logo_url text,
  -- Whether the project's owner develops it, and not somebody else.
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

-- The APIs of a project, which ask whether a token is active (RFC 7662).
CREATE TABLE resource_servers (
  resource_server_id text PRIMARY KEY,
  project_id text NOT NULL REFERENCES projects,
  name text NOT NULL,
  secret_hash bytea NOT NULL,
  -- Set while the secret is replaced: both are accepted.
  next_secret_hash bytea
);
