-- Rooms: conversations of many, with a name.

CREATE TABLE rooms (
    conversation_id BLOB PRIMARY KEY REFERENCES conversations (id), -- made by the client
    name            TEXT NOT NULL,
    folded          TEXT NOT NULL,                -- the name in lower case, for search
    history         TEXT NOT NULL,                -- 'start' or 'joining': from where who joins may read
    link            TEXT UNIQUE,                  -- who has it may join; nothing: nobody can
    people          INTEGER NOT NULL,                  -- who takes part, counted
    created_by      BLOB NOT NULL REFERENCES users (id),
    first_hash      BLOB NOT NULL,                 -- SHA-256 of what was first sent
    created_at      INTEGER NOT NULL
) STRICT;
