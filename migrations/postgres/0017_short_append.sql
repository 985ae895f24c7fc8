-- Of all conversations, not only those that are active: while the tables are small, or were so when a connection planned
-- it, the planner takes an index whose condition holds without one of its columns. It walked the inboxes of all users to
-- find the people of one conversation.
DROP INDEX participants_listed;
CREATE INDEX participants_listed ON participants (user_id, listed);

-- Fewer statements for each message where few wait together: the conversation is locked as it is read, a known id is
-- found by the insert itself, and one message alone takes no locks ahead.
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
        SELECT last_seq + 1, version + 1, GREATEST(last_message_at, times[i]), order_id IS NOT NULL
            INTO seq, version, created_at, is_of_order
            FROM conversations WHERE id = talks[i] FOR NO KEY UPDATE;
        -- After the lock: whoever had the id or left meanwhile is seen.
        INSERT INTO messages (id, conversation_id, seq, version, sender_id, kind, body, first_hash, created_at)
            SELECT ids[i], talks[i], append_messages.seq, append_messages.version, senders[i], kinds[i], bodies[i],
                hashes[i], append_messages.created_at
            FROM participants WHERE conversation_id = talks[i] AND user_id = senders[i] AND left_at IS NULL
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
                noted_seq = CASE WHEN p.user_id <> senders[i] THEN append_messages.seq ELSE p.noted_seq END
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
