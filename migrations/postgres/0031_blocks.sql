-- Who has closed all one-to-one conversations with whom.
CREATE TABLE blocks (
    user_id    UUID NOT NULL REFERENCES users (id),
    other_id   UUID NOT NULL REFERENCES users (id), -- the person who is blocked, who is not told by whom
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, other_id)
);

CREATE INDEX blocks_of_other ON blocks (other_id);

-- Whether a block stands between guest and host, where each message is stored anyway: 0 nothing, 1 nobody can write,
-- 2 an order of both goes on, with the desk in the conversation.
ALTER TABLE conversations ADD COLUMN closed BIGINT NOT NULL DEFAULT 0;

-- Whether the participant has written here, or taken a step of the order. Until both have, neither shows presence to the other.
ALTER TABLE participants ADD COLUMN wrote BIGINT NOT NULL DEFAULT 0;

UPDATE participants SET wrote = 1 WHERE EXISTS (SELECT 1 FROM messages m
    WHERE m.conversation_id = participants.conversation_id AND m.sender_id = participants.user_id);

-- Whether a moderator has taken them out of the room: only a moderator lets them in again.
ALTER TABLE participants ADD COLUMN removed BIGINT NOT NULL DEFAULT 0;

-- Whoever shows presence to nobody, and sees nobody's.
ALTER TABLE users ADD COLUMN presence_off_at BIGINT;

-- Both functions that store messages, as they were, with two things more: a conversation that is closed takes none, and who
-- wrote is marked. By their old names, so that nodes of the version before refuse as well.
CREATE OR REPLACE FUNCTION append_and_count(
    ids UUID[], talks UUID[], senders UUID[], kinds TEXT[], bodies TEXT[], hashes BYTEA[], times BIGINT[]
) RETURNS TABLE (
    place BIGINT, seq BIGINT, version BIGINT, created_at BIGINT, is_of_order BOOLEAN,
    told_users UUID[], told_heads BIGINT[], told_unread BIGINT[], told_muted BOOLEAN[]
) LANGUAGE plpgsql VOLATILE
-- By indexes, whatever the tables looked like when a connection planned it first, and planned once.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM conversations WHERE id = ANY (talks) ORDER BY id FOR NO KEY UPDATE;
    PERFORM 1 FROM heads WHERE user_id IN
        (SELECT user_id FROM participants WHERE conversation_id = ANY (talks) AND left_at IS NULL)
        ORDER BY user_id FOR NO KEY UPDATE;
    RETURN QUERY
    WITH placed AS (
        SELECT given.*, c.last_seq + row_number() OVER so_far AS seq, c.version + row_number() OVER so_far AS version,
            GREATEST(c.last_message_at, max(given.at) OVER so_far) AS created_at,
            c.order_id IS NOT NULL AS is_of_order, c.guest_id = given.sender AS is_from_guest
        FROM unnest(ids, talks, senders, kinds, bodies, hashes, times) WITH ORDINALITY
            AS given (id, talk, sender, kind, body, hash, at, place)
        JOIN conversations c ON c.id = given.talk
        JOIN participants p ON p.conversation_id = given.talk AND p.user_id = given.sender AND p.left_at IS NULL
        WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = given.id) AND c.closed <> 1
        WINDOW so_far AS (PARTITION BY given.talk ORDER BY given.place)
    ), told AS (
        SELECT placed.place, placed.talk, placed.seq, p.user_id, p.muted_at IS NOT NULL AS is_muted,
            placed.sender <> p.user_id AS is_news,
            h.head + row_number() OVER (PARTITION BY p.user_id ORDER BY placed.place) AS head,
            p.unread + count(*) FILTER (WHERE placed.sender <> p.user_id)
                OVER (PARTITION BY p.user_id, placed.talk ORDER BY placed.place) AS unread
        FROM placed
        JOIN participants p ON p.conversation_id = placed.talk AND p.left_at IS NULL
        JOIN heads h ON h.user_id = p.user_id
    ), added AS (
        INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at)
        SELECT id, talk, seq, version, sender, kind, body, hash, created_at FROM placed
    ), gone_on AS (
        UPDATE conversations c SET last_seq = last.seq, version = last.version, visible = c.visible + last.count,
            last_message_id = last.id, last_message_at = last.created_at, desk_unread = c.desk_unread + last.from_guest
        FROM (SELECT DISTINCT ON (talk) talk, id, seq, version, created_at, count(*) OVER (PARTITION BY talk) AS count,
                count(*) FILTER (WHERE is_from_guest) OVER (PARTITION BY talk) AS from_guest
            FROM placed ORDER BY talk, seq DESC) last
        WHERE c.id = last.talk
    ), raised AS (
        UPDATE heads h SET head = last.head
        FROM (SELECT user_id, max(head) AS head FROM told GROUP BY user_id) last
        WHERE h.user_id = last.user_id
    ), marked AS (
        UPDATE participants p SET changed = last.head, listed = last.head, unread = last.unread,
            noted = COALESCE(last.noted, p.noted), noted_seq = COALESCE(last.noted_seq, p.noted_seq),
            wrote = CASE WHEN last.is_sender THEN 1 ELSE p.wrote END
        FROM (SELECT talk, user_id, max(head) AS head, max(unread) AS unread, bool_or(NOT is_news) AS is_sender,
                max(head) FILTER (WHERE is_news) AS noted, max(seq) FILTER (WHERE is_news) AS noted_seq
            FROM told GROUP BY talk, user_id) last
        WHERE p.conversation_id = last.talk AND p.user_id = last.user_id
    )
    SELECT placed.place, placed.seq, placed.version, placed.created_at, placed.is_of_order,
        array_agg(told.user_id), array_agg(told.head), array_agg(told.unread), array_agg(told.is_muted)
    FROM placed JOIN told ON told.place = placed.place
    GROUP BY placed.place, placed.seq, placed.version, placed.created_at, placed.is_of_order
    ORDER BY placed.place;
END
$$;

CREATE OR REPLACE FUNCTION append_messages(
    ids UUID[], talks UUID[], senders UUID[], kinds TEXT[], bodies TEXT[], hashes BYTEA[], times BIGINT[]
) RETURNS TABLE (
    place BIGINT, seq BIGINT, version BIGINT, created_at BIGINT, is_of_order BOOLEAN,
    told_users UUID[], told_heads BIGINT[], told_unread BIGINT[], told_muted BOOLEAN[]
) LANGUAGE plpgsql VOLATILE
-- By indexes, whatever the tables looked like when a connection planned it first, and planned once.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    is_closed BOOLEAN;
BEGIN
    IF array_length(ids, 1) > 4 THEN
        RETURN QUERY SELECT * FROM append_and_count(ids, talks, senders, kinds, bodies, hashes, times);
        RETURN;
    END IF;
    IF array_length(ids, 1) > 1 THEN
        PERFORM 1 FROM conversations WHERE id = ANY (talks) ORDER BY id FOR NO KEY UPDATE;
        PERFORM 1 FROM heads WHERE user_id IN
            (SELECT user_id FROM participants WHERE conversation_id = ANY (talks) AND left_at IS NULL)
            ORDER BY user_id FOR NO KEY UPDATE;
    END IF;
    FOR i IN 1 .. array_length(ids, 1) LOOP
        SELECT last_seq + 1, version + 1, GREATEST(last_message_at, times[i]), order_id IS NOT NULL, closed = 1
            INTO seq, version, created_at, is_of_order, is_closed
            FROM conversations WHERE id = talks[i] FOR NO KEY UPDATE;
        -- After the lock: whoever had the id or left meanwhile is seen.
        INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at)
            SELECT ids[i], talks[i], append_messages.seq, append_messages.version, senders[i], kinds[i], bodies[i],
                hashes[i], append_messages.created_at
            FROM participants WHERE conversation_id = talks[i] AND user_id = senders[i] AND left_at IS NULL AND NOT is_closed
            ON CONFLICT (id) DO NOTHING;
        CONTINUE WHEN NOT FOUND;
        UPDATE conversations SET last_seq = append_messages.seq, version = append_messages.version,
            visible = visible + 1, last_message_id = ids[i], last_message_at = append_messages.created_at,
            desk_unread = desk_unread + CASE WHEN guest_id = senders[i] THEN 1 ELSE 0 END
            WHERE id = talks[i];
        WITH told AS (
            SELECT h.user_id FROM participants p JOIN heads h ON h.user_id = p.user_id
            WHERE p.conversation_id = talks[i] AND p.left_at IS NULL
            ORDER BY h.user_id FOR NO KEY UPDATE OF h
        ), raised AS (
            UPDATE heads h SET head = h.head + 1 FROM told WHERE h.user_id = told.user_id
            RETURNING h.user_id, h.head
        ), marked AS (
            UPDATE participants p SET changed = r.head, listed = r.head,
                unread = p.unread + CASE WHEN p.user_id <> senders[i] THEN 1 ELSE 0 END,
                noted = CASE WHEN p.user_id <> senders[i] THEN r.head ELSE p.noted END,
                noted_seq = CASE WHEN p.user_id <> senders[i] THEN append_messages.seq ELSE p.noted_seq END,
                wrote = CASE WHEN p.user_id = senders[i] THEN 1 ELSE p.wrote END
            FROM raised r WHERE p.conversation_id = talks[i] AND p.user_id = r.user_id
            RETURNING p.user_id, r.head, p.unread, p.muted_at IS NOT NULL AS is_muted
        )
        SELECT array_agg(user_id), array_agg(head), array_agg(unread), array_agg(is_muted)
            INTO told_users, told_heads, told_unread, told_muted FROM marked;
        place := i;
        RETURN NEXT;
    END LOOP;
END
$$;
