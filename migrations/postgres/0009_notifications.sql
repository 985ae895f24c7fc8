-- Notifications: what one person is told of. Those of new messages are kept with the participant, one
-- for each conversation.

CREATE TABLE broadcasts (
    id         UUID PRIMARY KEY,            -- made by the client
    user_id    UUID NOT NULL REFERENCES users (id), -- who sent it
    kind       TEXT NOT NULL,               -- 'promotion' or 'system'
    audience   TEXT NOT NULL,
    event      TEXT NOT NULL,               -- what is told, once for all
    last_user  UUID,                        -- everybody up to here has it
    sent       BIGINT NOT NULL DEFAULT 0,
    first_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    done_at    BIGINT
);

CREATE INDEX broadcasts_open ON broadcasts (id) WHERE done_at IS NULL;

CREATE TABLE notifications (
    id              UUID PRIMARY KEY,
    user_id         UUID NOT NULL REFERENCES users (id),
    kind            TEXT NOT NULL,
    event           TEXT NOT NULL,          -- a code with its parameters; empty: that of the broadcast
    cause_id        UUID REFERENCES users (id),
    cause_name      TEXT,                   -- as it was then, like the subject: what was told stays
    cause_hue       BIGINT,
    subject         TEXT NOT NULL DEFAULT '', -- the room's name, or the order's title
    conversation_id UUID,                   -- where it stands in words, at `seq`
    seq             BIGINT NOT NULL DEFAULT 0,
    order_id        UUID REFERENCES orders (id),
    broadcast_id    UUID REFERENCES broadcasts (id),
    first_hash      BYTEA,                   -- of what came from outside, to know it again
    created_at      BIGINT NOT NULL,
    raised          BIGINT NOT NULL,       -- the user's head when it came
    changed         BIGINT NOT NULL,       -- the user's head when it last changed
    read_at         BIGINT,
    deleted_at      BIGINT
);

CREATE INDEX notifications_newest ON notifications (user_id, raised DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX notifications_changed ON notifications (user_id, changed);
CREATE INDEX notifications_unread ON notifications (user_id, kind, raised) WHERE read_at IS NULL AND deleted_at IS NULL;
CREATE INDEX notifications_of_conversation ON notifications (user_id, conversation_id) WHERE conversation_id IS NOT NULL;
CREATE UNIQUE INDEX notifications_of_broadcast ON notifications (broadcast_id, user_id) WHERE broadcast_id IS NOT NULL;

-- The notification of new messages, each a head of the user's: when the last text of another came, up
-- to where it was marked as read, and up to where it was deleted. They have no index: each would be
-- written with each message.
ALTER TABLE participants ADD COLUMN noted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN noted_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN seen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0;

-- All notifications up to this head were marked as read.
ALTER TABLE heads ADD COLUMN read_upto BIGINT NOT NULL DEFAULT 0;

-- How somebody wants to be told: kinds with a space between; no row for the defaults.
CREATE TABLE notification_choices (
    user_id UUID PRIMARY KEY REFERENCES users (id),
    app     TEXT NOT NULL,
    sound   TEXT NOT NULL,
    browser TEXT NOT NULL
);

-- As append_and_tell of 0005, which stays for nodes that still run the version before this. It also
-- keeps the notification of a new message for everybody but its sender.
CREATE FUNCTION append_and_note(
    new_id UUID, new_conversation UUID, new_sender UUID, new_kind TEXT, new_body TEXT, new_hash BYTEA, now BIGINT,
    OUT stored messages, OUT told_users UUID[], OUT told_heads BIGINT[], OUT told_unread BIGINT[], OUT told_muted BOOLEAN[]
) RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    talk conversations;
BEGIN
    told_users := '{}';
    told_heads := '{}';
    told_unread := '{}';
    told_muted := '{}';
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
    SELECT COALESCE(array_agg(user_id), '{}') INTO told_users FROM participants
        WHERE conversation_id = new_conversation AND left_at IS NULL;
    IF new_sender <> ALL (told_users) THEN
        RETURN;
    END IF;
    PERFORM 1 FROM heads WHERE user_id = ANY (told_users) ORDER BY user_id FOR NO KEY UPDATE;

    INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at)
        VALUES (new_id, new_conversation, talk.last_seq + 1, talk.version + 1, new_sender, new_kind, new_body,
                new_hash, GREATEST(now, talk.last_message_at))
        ON CONFLICT (id) DO NOTHING RETURNING * INTO stored;
    IF NOT FOUND THEN
        -- Another conversation has just got a message with this id.
        SELECT * INTO stored FROM messages WHERE id = new_id;
        told_users := '{}';
        RETURN NEXT;
        RETURN;
    END IF;
    UPDATE conversations SET last_seq = stored.seq, version = stored.version, visible = visible + 1,
        last_message_id = new_id, last_message_at = stored.created_at WHERE id = new_conversation;
    UPDATE heads SET head = head + 1 WHERE user_id = ANY (told_users);
    WITH told AS (
        UPDATE participants SET changed = heads.head, listed = heads.head,
            unread = unread + CASE WHEN participants.user_id = new_sender THEN 0 ELSE 1 END,
            noted = CASE WHEN participants.user_id = new_sender THEN noted ELSE heads.head END,
            noted_seq = CASE WHEN participants.user_id = new_sender THEN noted_seq ELSE stored.seq END
            FROM heads WHERE heads.user_id = participants.user_id AND conversation_id = new_conversation AND left_at IS NULL
            RETURNING participants.user_id, changed, unread, muted_at IS NOT NULL AS is_muted
    )
    SELECT array_agg(told.user_id), array_agg(told.changed), array_agg(told.unread), array_agg(told.is_muted)
        INTO told_users, told_heads, told_unread, told_muted FROM told;
    RETURN NEXT;
END
$$;
