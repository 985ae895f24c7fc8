-- Sign-in by identity providers (OpenID Connect).

-- Who a user is at a provider. Issuer and subject alone identify them: names and addresses change hands.
CREATE TABLE identities (
    id           UUID PRIMARY KEY,
    user_id      UUID NOT NULL REFERENCES users (id),
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    origin       TEXT NOT NULL,              -- 'account': it came with the account; 'address': by a confirmed address; 'settings'
    granted_rank TEXT,                       -- the rank that the provider's groups gave, until it takes that back
    linked_at    BIGINT NOT NULL,
    used_at      BIGINT NOT NULL
);

CREATE UNIQUE INDEX identities_by_subject ON identities (issuer, subject);
CREATE INDEX identities_of_user ON identities (user_id, linked_at);

-- Which of a provider's sessions opened a session, so that its end there is its end here (back-channel logout).
CREATE TABLE provider_sessions (
    session_hash BYTEA PRIMARY KEY REFERENCES sessions (token_hash) ON DELETE CASCADE,
    issuer       TEXT NOT NULL,
    subject      TEXT NOT NULL,
    sid          TEXT                        -- the provider's name for its session, if it has one
);

CREATE INDEX provider_sessions_by_subject ON provider_sessions (issuer, subject);
CREATE INDEX provider_sessions_by_sid ON provider_sessions (issuer, sid) WHERE sid IS NOT NULL;

-- What is accepted once: pending sign-ins that came back, and logout tokens.
CREATE TABLE used_once (
    hash       BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

CREATE INDEX used_once_by_expiry ON used_once (expires_at);
