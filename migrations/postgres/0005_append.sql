-- As append_message of 0003, which stays for nodes that still run the version before this. It also
-- gives what the message means to each participant, so that nobody has to look: his head, his unread
-- messages, whether he has muted it. All four arrays are empty if the id was known.
CREATE FUNCTION append_and_tell(
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
            unread = unread + CASE WHEN participants.user_id = new_sender THEN 0 ELSE 1 END
            FROM heads WHERE heads.user_id = participants.user_id AND conversation_id = new_conversation AND left_at IS NULL
            RETURNING participants.user_id, changed, unread, muted_at IS NOT NULL AS is_muted
    )
    SELECT array_agg(told.user_id), array_agg(told.changed), array_agg(told.unread), array_agg(told.is_muted)
        INTO told_users, told_heads, told_unread, told_muted FROM told;
    RETURN NEXT;
END
$$;
