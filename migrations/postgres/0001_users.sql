-- People, their sessions, and the head that each transaction with news for them raises.
-- Ids are UUIDs; times are microseconds since 1970.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,          -- 'epoch': renewed by a restore; 'moved_to': set by a copy
    value TEXT NOT NULL
);

CREATE TABLE users (
    id            UUID PRIMARY KEY,
    external_id   TEXT UNIQUE,       -- for people who come from an existing marketplace
    email         TEXT UNIQUE,       -- trimmed and lower case
    name          TEXT NOT NULL,
    folded_name   TEXT NOT NULL,     -- lower case, for search
    hue           BIGINT NOT NULL,
    rank          TEXT NOT NULL,
    password_hash TEXT,
    created_at    BIGINT NOT NULL,
    suspended_at  BIGINT
);

-- Room in each page, so that raising a head rewrites it in place and touches no index.
CREATE TABLE heads (
    user_id   UUID PRIMARY KEY REFERENCES users (id),
    head      BIGINT NOT NULL,
    delivered BIGINT NOT NULL        -- the head up to which a device of this user has reported
) WITH (fillfactor = 50);

CREATE TABLE sessions (
    token_hash BYTEA PRIMARY KEY,    -- SHA-256; the token itself is only in the cookie
    user_id    UUID NOT NULL REFERENCES users (id),
    created_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    client     TEXT NOT NULL         -- the browser's name for itself, cut
);

CREATE INDEX sessions_of_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
