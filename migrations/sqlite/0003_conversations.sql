-- Conversations, who takes part, what was said and what was read.

CREATE TABLE conversations (
    id              BLOB PRIMARY KEY,
    kind            TEXT NOT NULL,                 -- 'listing', 'order' or 'room', for ever
    listing_id      BLOB REFERENCES listings (id),
    order_id        BLOB,
    guest_id        BLOB REFERENCES users (id),
    created_at      INTEGER NOT NULL,
    last_seq        INTEGER NOT NULL DEFAULT 0,    -- raised by new messages only: no gaps
    version         INTEGER NOT NULL DEFAULT 0,    -- raised once for each message inserted, edited or deleted
    floor_seq       INTEGER NOT NULL DEFAULT 0,    -- retention: at or below this, bodies are gone
    visible         INTEGER NOT NULL DEFAULT 0,    -- messages that can be seen
    last_message_id BLOB,
    last_message_at INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX conversations_of_listing ON conversations (listing_id, guest_id) WHERE kind = 'listing';
CREATE UNIQUE INDEX conversations_of_order ON conversations (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE participants (
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    user_id         BLOB NOT NULL REFERENCES users (id),
    role            TEXT NOT NULL,
    from_seq        INTEGER NOT NULL,              -- the first message that this participant may see
    left_at         INTEGER,                       -- rows are never deleted
    muted_at        INTEGER,
    read_seq        INTEGER NOT NULL DEFAULT 0,
    read_from       INTEGER NOT NULL DEFAULT 0,    -- where the newest step of reading began
    read_at         INTEGER,
    delivered_seq   INTEGER NOT NULL DEFAULT 0,
    unread          INTEGER NOT NULL DEFAULT 0,
    changed         INTEGER NOT NULL,              -- the user's head when this last changed for the user
    listed          INTEGER NOT NULL,              -- the user's head when the last message came
    PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX participants_changed ON participants (user_id, changed);
CREATE INDEX participants_listed ON participants (user_id, listed) WHERE left_at IS NULL;
CREATE INDEX participants_unread ON participants (user_id, unread)
    WHERE unread > 0 AND left_at IS NULL AND muted_at IS NULL;

CREATE TABLE messages (
    id              BLOB PRIMARY KEY,              -- made by the client, unique for ever
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    seq             INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    sender_id       BLOB REFERENCES users (id),
    kind            TEXT NOT NULL,
    body            TEXT NOT NULL,                 -- empty once deleted or expired: a late retry is still known
    first_hash      BLOB NOT NULL,                 -- SHA-256 of kind and text as first sent
    created_at      INTEGER NOT NULL,
    edited_at       INTEGER,
    deleted_at      INTEGER
) STRICT;

CREATE UNIQUE INDEX messages_by_seq ON messages (conversation_id, seq);
CREATE UNIQUE INDEX messages_by_version ON messages (conversation_id, version);

CREATE TABLE reads (
    conversation_id BLOB NOT NULL,
    user_id         BLOB NOT NULL,
    upto_seq        INTEGER NOT NULL,
    at              INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id, upto_seq)
) STRICT, WITHOUT ROWID;
