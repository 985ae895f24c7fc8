-- Second factors: what somebody has beside their password.

-- Of a session that is setting up an authenticator app: a secret that is not in use before a code of it was typed.
CREATE TABLE totp_setups (
    session_hash BYTEA PRIMARY KEY REFERENCES sessions (token_hash) ON DELETE CASCADE,
    secret       BYTEA NOT NULL,
    created_at   BIGINT NOT NULL
);

-- An authenticator app (TOTP), one for each user.
CREATE TABLE totp (
    user_id    UUID PRIMARY KEY REFERENCES users (id),
    secret     BYTEA NOT NULL,    -- 160 random bits, which whoever checks codes has to know
    last_step  BIGINT NOT NULL, -- that of the last code, in 30 seconds: none is good twice
    created_at BIGINT NOT NULL
);

CREATE TABLE passkeys (
    id            UUID PRIMARY KEY,
    credential_id BYTEA NOT NULL UNIQUE, -- made by the device
    user_id       UUID NOT NULL REFERENCES users (id),
    name          TEXT NOT NULL,
    credential    TEXT NOT NULL,        -- its public key and counter, as JSON
    created_at    BIGINT NOT NULL,
    used_at       BIGINT
);

CREATE INDEX passkeys_of_user ON passkeys (user_id, created_at);

-- Challenges that a browser is answering with a passkey. Each is good once.
CREATE TABLE passkey_ceremonies (
    id         UUID PRIMARY KEY, -- in a cookie of the browser
    state      TEXT NOT NULL,    -- the challenge and for whom it is, as JSON
    created_at BIGINT NOT NULL
);

CREATE INDEX passkey_ceremonies_by_time ON passkey_ceremonies (created_at);

-- For whoever has lost the rest. Each is good once.
CREATE TABLE recovery_codes (
    code_hash BYTEA PRIMARY KEY,  -- SHA-256 of 120 random bits
    user_id   UUID NOT NULL REFERENCES users (id),
    used_at   BIGINT
);

CREATE INDEX recovery_codes_of_user ON recovery_codes (user_id);

-- When whoever has a session last proved who they are.
ALTER TABLE sessions ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;

-- From when on operators and admins without a second factor have the rights of members; nothing: never.
ALTER TABLE settings ADD COLUMN second_factor_from BIGINT;
