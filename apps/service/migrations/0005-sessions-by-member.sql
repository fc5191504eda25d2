-- Whoever looks at a consent page must have a live session, whichever it is.
CREATE INDEX sessions_by_member ON sessions (organization_id, member_id);
