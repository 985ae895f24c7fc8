-- Rooms: conversations of many, with a name.

CREATE TABLE rooms (
    conversation_id UUID PRIMARY KEY REFERENCES conversations (id), -- made by the client
    name            TEXT NOT NULL,
    folded          TEXT NOT NULL,                -- the name in lower case, for search
    history         TEXT NOT NULL,                -- 'start' or 'joining': from where who joins may read
    link            TEXT UNIQUE,                  -- who has it may join; nothing: nobody can
    people          BIGINT NOT NULL,                  -- who takes part, counted
    created_by      UUID NOT NULL REFERENCES users (id),
    first_hash      BYTEA NOT NULL,                 -- SHA-256 of what was first sent
    created_at      BIGINT NOT NULL
);
