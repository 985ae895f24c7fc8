-- What was ordered and how it stands, and who did what that has to be accounted for.

CREATE TABLE orders (
    id            UUID PRIMARY KEY,              -- made by the client
    external_id   TEXT UNIQUE,
    code          TEXT NOT NULL UNIQUE,          -- what people call it: REQ-7F3K2M
    kind          TEXT NOT NULL,                 -- 'booking', 'purchase' or 'custom'
    listing_id    UUID REFERENCES listings (id), -- of what; nothing for a custom order
    guest_id      UUID NOT NULL REFERENCES users (id),
    host_id       UUID REFERENCES users (id),    -- nobody: it belongs to the desk
    operator_id   UUID REFERENCES users (id),    -- who took it up
    status        TEXT NOT NULL,
    title         TEXT NOT NULL,
    folded        TEXT NOT NULL,                 -- the title in lower case, for search
    starts_on     BIGINT,                        -- days since 1970
    ends_on       BIGINT,
    quantity      BIGINT NOT NULL,
    note          TEXT NOT NULL,
    price_minor   BIGINT,
    currency      TEXT NOT NULL,
    quote_minor   BIGINT,                        -- asked for and not answered yet
    desk_read_seq BIGINT NOT NULL DEFAULT 0,    -- how far any operator has read, for the desk's badge
    first_hash    BYTEA NOT NULL,                -- SHA-256 of what was first sent
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

CREATE INDEX orders_of_guest ON orders (guest_id);
CREATE INDEX orders_of_host ON orders (host_id) WHERE host_id IS NOT NULL;
CREATE INDEX orders_of_status ON orders (status, created_at DESC, id DESC);
CREATE INDEX orders_newest ON orders (created_at DESC, id DESC);
CREATE INDEX conversations_newest ON conversations (last_message_at DESC, id DESC) WHERE order_id IS NOT NULL;

CREATE TABLE audit (
    id              UUID PRIMARY KEY,
    at              BIGINT NOT NULL,
    user_id         UUID NOT NULL REFERENCES users (id), -- who did it
    action          TEXT NOT NULL,
    order_id        UUID,
    conversation_id UUID,
    other_id        UUID,                                -- to whom
    detail          TEXT NOT NULL
);

CREATE INDEX audit_newest ON audit (at DESC, id DESC);

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only added to';
END $$;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
