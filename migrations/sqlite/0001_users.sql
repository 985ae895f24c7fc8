-- People, their sessions, and the head that each transaction with news for them raises.
-- Ids are 16-byte UUIDs; times are microseconds since 1970.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,          -- 'epoch': renewed by a restore; 'moved_to': set by a copy
    value TEXT NOT NULL
) STRICT;

CREATE TABLE users (
    id            BLOB PRIMARY KEY,
    external_id   TEXT UNIQUE,       -- for people who come from an existing marketplace
    email         TEXT UNIQUE,       -- trimmed and lower case
    name          TEXT NOT NULL,
    folded_name   TEXT NOT NULL,     -- lower case, for search
    hue           INTEGER NOT NULL,
    rank          TEXT NOT NULL,
    password_hash TEXT,
    created_at    INTEGER NOT NULL,
    suspended_at  INTEGER
) STRICT;

CREATE TABLE heads (
    user_id   BLOB PRIMARY KEY REFERENCES users (id),
    head      INTEGER NOT NULL,
    delivered INTEGER NOT NULL       -- the head up to which a device of this user has reported
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY,     -- SHA-256; the token itself is only in the cookie
    user_id    BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    client     TEXT NOT NULL         -- the browser's name for itself, cut
) STRICT;

CREATE INDEX sessions_of_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
