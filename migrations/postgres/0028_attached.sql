-- What a message refers to besides its text, as JSON: the message that it replies to. NULL where nothing is attached, and
-- once the message is deleted or expired.
ALTER TABLE messages ADD COLUMN attached TEXT;

-- As append_messages, which stays as it is: nothing is attached to most messages, and nodes of the version before call it.
CREATE FUNCTION append_attached(
    ids UUID[], talks UUID[], senders UUID[], kinds TEXT[], bodies TEXT[], hashes BYTEA[], times BIGINT[],
    attached TEXT[]
) RETURNS TABLE (
    place BIGINT, seq BIGINT, version BIGINT, created_at BIGINT, is_of_order BOOLEAN,
    told_users UUID[], told_heads BIGINT[], told_unread BIGINT[], told_muted BOOLEAN[]
) LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
AS $$
BEGIN
    FOR place, seq, version, created_at, is_of_order, told_users, told_heads, told_unread, told_muted IN
        SELECT * FROM append_messages(ids, talks, senders, kinds, bodies, hashes, times)
    LOOP
        IF append_attached.attached[place] IS NOT NULL THEN
            UPDATE messages m SET attached = append_attached.attached[place] WHERE m.id = ids[place];
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
