-- Personal access tokens: what programs bring in place of a session.

CREATE TABLE tokens (
    id         BLOB PRIMARY KEY,     -- made by the client
    token_hash BLOB NOT NULL UNIQUE, -- SHA-256; the token itself is shown once and kept nowhere
    user_id    BLOB NOT NULL REFERENCES users (id),
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,        -- words with a space between: 'read write'
    created_at INTEGER NOT NULL,
    used_at    INTEGER               -- written at most once a minute
) STRICT;

CREATE INDEX tokens_of_user ON tokens (user_id, created_at);
