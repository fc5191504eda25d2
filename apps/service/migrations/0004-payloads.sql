-- jsonb can't hold a NUL, which a `state` or `nonce` may contain; json is kept as it came.
ALTER TABLE tokens ALTER COLUMN payload TYPE json;
ALTER TABLE browser_states ALTER COLUMN payload TYPE json;
