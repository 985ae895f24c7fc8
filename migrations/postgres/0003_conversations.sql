-- Conversations, who takes part, what was said and what was read.

CREATE TABLE conversations (
    id              UUID PRIMARY KEY,
    kind            TEXT NOT NULL,                 -- 'listing', 'order' or 'room', for ever
    listing_id      UUID REFERENCES listings (id),
    order_id        UUID,
    guest_id        UUID REFERENCES users (id),
    created_at      BIGINT NOT NULL,
    last_seq        BIGINT NOT NULL DEFAULT 0,     -- raised by new messages only: no gaps
    version         BIGINT NOT NULL DEFAULT 0,     -- raised once for each message inserted, edited or deleted
    floor_seq       BIGINT NOT NULL DEFAULT 0,     -- retention: at or below this, bodies are gone
    visible         BIGINT NOT NULL DEFAULT 0,     -- messages that can be seen
    last_message_id UUID,
    last_message_at BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX conversations_of_listing ON conversations (listing_id, guest_id) WHERE kind = 'listing';
CREATE UNIQUE INDEX conversations_of_order ON conversations (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE participants (
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    user_id         UUID NOT NULL REFERENCES users (id),
    role            TEXT NOT NULL,
    from_seq        BIGINT NOT NULL,               -- the first message that this participant may see
    left_at         BIGINT,                        -- rows are never deleted
    muted_at        BIGINT,
    read_seq        BIGINT NOT NULL DEFAULT 0,
    read_from       BIGINT NOT NULL DEFAULT 0,     -- where the newest step of reading began
    read_at         BIGINT,
    delivered_seq   BIGINT NOT NULL DEFAULT 0,
    unread          BIGINT NOT NULL DEFAULT 0,
    changed         BIGINT NOT NULL,               -- the user's head when this last changed for the user
    listed          BIGINT NOT NULL,               -- the user's head when the last message came
    PRIMARY KEY (conversation_id, user_id)
);

CREATE INDEX participants_changed ON participants (user_id, changed);
CREATE INDEX participants_listed ON participants (user_id, listed) WHERE left_at IS NULL;
CREATE INDEX participants_unread ON participants (user_id, unread)
    WHERE unread > 0 AND left_at IS NULL AND muted_at IS NULL;

CREATE TABLE messages (
    id              UUID PRIMARY KEY,              -- made by the client, unique for ever
    conversation_id UUID NOT NULL REFERENCES conversations (id),
    seq             BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    sender_id       UUID REFERENCES users (id),
    kind            TEXT NOT NULL,
    body            TEXT NOT NULL,                 -- empty once deleted or expired: a late retry is still known
    first_hash      BYTEA NOT NULL,                -- SHA-256 of kind and text as first sent
    created_at      BIGINT NOT NULL,
    edited_at       BIGINT,
    deleted_at      BIGINT
);

CREATE UNIQUE INDEX messages_by_seq ON messages (conversation_id, seq);
CREATE UNIQUE INDEX messages_by_version ON messages (conversation_id, version);

CREATE TABLE reads (
    conversation_id UUID NOT NULL,
    user_id         UUID NOT NULL,
    upto_seq        BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, user_id, upto_seq)
);

-- Stores a message as the next of its conversation (store/messages.rs, `append`). Gives the row
-- that stands under its id and whose heads were raised; no row if the sender takes no part.
-- VOLATILE, so that each statement sees what was committed while the one before waited for a lock:
-- a single statement with everything in it would decide by what was there before the wait.
CREATE FUNCTION append_message(
    new_id UUID, new_conversation UUID, new_sender UUID, new_kind TEXT, new_body TEXT, new_hash BYTEA, now BIGINT,
    OUT stored messages, OUT raised UUID[]
) RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    talk conversations;
BEGIN
    SELECT * INTO stored FROM messages WHERE id = new_id;
    IF FOUND THEN
        RETURN NEXT;
        RETURN;
    END IF;

    SELECT * INTO talk FROM conversations WHERE id = new_conversation FOR NO KEY UPDATE;
    -- The same message sent twice: the second has waited for the first.
    SELECT * INTO stored FROM messages WHERE id = new_id;
    IF FOUND THEN
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT array_agg(user_id) INTO raised FROM participants
        WHERE conversation_id = new_conversation AND left_at IS NULL;
    IF raised IS NULL OR new_sender <> ALL (raised) THEN
        RETURN;
    END IF;
    PERFORM 1 FROM heads WHERE user_id = ANY (raised) ORDER BY user_id FOR NO KEY UPDATE;

    INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at)
        VALUES (new_id, new_conversation, talk.last_seq + 1, talk.version + 1, new_sender, new_kind, new_body,
                new_hash, GREATEST(now, talk.last_message_at))
        ON CONFLICT (id) DO NOTHING RETURNING * INTO stored;
    IF NOT FOUND THEN
        -- Another conversation has just got a message with this id.
        SELECT * INTO stored FROM messages WHERE id = new_id;
        raised := '{}';
        RETURN NEXT;
        RETURN;
    END IF;
    UPDATE conversations SET last_seq = stored.seq, version = stored.version, visible = visible + 1,
        last_message_id = new_id, last_message_at = stored.created_at WHERE id = new_conversation;
    UPDATE heads SET head = head + 1 WHERE user_id = ANY (raised);
    UPDATE participants SET changed = heads.head, listed = heads.head,
        unread = unread + CASE WHEN participants.user_id = new_sender THEN 0 ELSE 1 END
        FROM heads WHERE heads.user_id = participants.user_id AND conversation_id = new_conversation AND left_at IS NULL;
    RETURN NEXT;
END
$$;
