-- What was ordered and how it stands, and who did what that has to be accounted for.

CREATE TABLE orders (
    id            BLOB PRIMARY KEY,              -- made by the client
    external_id   TEXT UNIQUE,
    code          TEXT NOT NULL UNIQUE,          -- what people call it: REQ-7F3K2M
    kind          TEXT NOT NULL,                 -- 'booking', 'purchase' or 'custom'
    listing_id    BLOB REFERENCES listings (id), -- of what; nothing for a custom order
    guest_id      BLOB NOT NULL REFERENCES users (id),
    host_id       BLOB REFERENCES users (id),    -- nobody: it belongs to the desk
    operator_id   BLOB REFERENCES users (id),    -- who took it up
    status        TEXT NOT NULL,
    title         TEXT NOT NULL,
    folded        TEXT NOT NULL,                 -- the title in lower case, for search
    starts_on     INTEGER,                       -- days since 1970
    ends_on       INTEGER,
    quantity      INTEGER NOT NULL,
    note          TEXT NOT NULL,
    price_minor   INTEGER,
    currency      TEXT NOT NULL,
    quote_minor   INTEGER,                       -- asked for and not answered yet
    desk_read_seq INTEGER NOT NULL DEFAULT 0,    -- how far any operator has read, for the desk's badge
    first_hash    BLOB NOT NULL,                 -- SHA-256 of what was first sent
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX orders_of_guest ON orders (guest_id);
CREATE INDEX orders_of_host ON orders (host_id) WHERE host_id IS NOT NULL;
CREATE INDEX orders_of_status ON orders (status, created_at DESC, id DESC);
CREATE INDEX orders_newest ON orders (created_at DESC, id DESC);
CREATE INDEX conversations_newest ON conversations (last_message_at DESC, id DESC) WHERE order_id IS NOT NULL;

CREATE TABLE audit (
    id              BLOB PRIMARY KEY,
    at              INTEGER NOT NULL,
    user_id         BLOB NOT NULL REFERENCES users (id), -- who did it
    action          TEXT NOT NULL,
    order_id        BLOB,
    conversation_id BLOB,
    other_id        BLOB,                                -- to whom
    detail          TEXT NOT NULL
) STRICT;

CREATE INDEX audit_newest ON audit (at DESC, id DESC);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;
