-- Embedding: keys with which a marketplace signs who its visitor is, and the short sessions of its frames.

-- `issuer` names the marketplace, and with a subject of its own a user (`identities`, there as 'embed:' and the issuer). Keys of one issuer
-- name the same people, so that one can follow another.
CREATE TABLE embed_keys (
    id         UUID PRIMARY KEY,           -- the `kid` of tokens
    issuer     TEXT NOT NULL,
    algorithm  TEXT NOT NULL,              -- the only one that tokens of this key may name
    material   TEXT NOT NULL,              -- a shared secret (HS256) or a public key in PEM; empty once revoked
    created_at BIGINT NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT
);

CREATE TABLE embed_sessions (
    token_hash BYTEA PRIMARY KEY,
    user_id    UUID NOT NULL REFERENCES users (id),
    key_id     UUID NOT NULL REFERENCES embed_keys (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX embed_sessions_of_user ON embed_sessions (user_id, created_at);
CREATE INDEX embed_sessions_of_key ON embed_sessions (key_id);
CREATE INDEX embed_sessions_by_expiry ON embed_sessions (expires_at);
