-- Stores messages that wait together, each as the next of its conversation, in the order in which they are
-- given (store/appending.rs). In place of append_and_note of 0009, which stays for nodes that still run the
-- version before this. Gives what was stored, by its place among what was given, and whom it concerns; nothing
-- for an id that is known and for a sender who takes no part. VOLATILE, so that what is decided is read after
-- the locks: a single statement would decide by what was there before it waited for them.
CREATE FUNCTION append_together(
    ids UUID[], talks UUID[], senders UUID[], kinds TEXT[], bodies TEXT[], hashes BYTEA[], times BIGINT[]
) RETURNS TABLE (
    place BIGINT, seq BIGINT, version BIGINT, created_at BIGINT,
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
            GREATEST(c.last_message_at, max(given.at) OVER so_far) AS created_at
        FROM unnest(ids, talks, senders, kinds, bodies, hashes, times) WITH ORDINALITY
            AS given (id, talk, sender, kind, body, hash, at, place)
        JOIN conversations c ON c.id = given.talk
        JOIN participants p ON p.conversation_id = given.talk AND p.user_id = given.sender AND p.left_at IS NULL
        WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.id = given.id)
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
            last_message_id = last.id, last_message_at = last.created_at
        FROM (SELECT DISTINCT ON (talk) talk, id, seq, version, created_at, count(*) OVER (PARTITION BY talk) AS count
            FROM placed ORDER BY talk, seq DESC) last
        WHERE c.id = last.talk
    ), raised AS (
        UPDATE heads h SET head = last.head
        FROM (SELECT user_id, max(head) AS head FROM told GROUP BY user_id) last
        WHERE h.user_id = last.user_id
    ), marked AS (
        UPDATE participants p SET changed = last.head, listed = last.head, unread = last.unread,
            noted = COALESCE(last.noted, p.noted), noted_seq = COALESCE(last.noted_seq, p.noted_seq)
        FROM (SELECT talk, user_id, max(head) AS head, max(unread) AS unread,
                max(head) FILTER (WHERE is_news) AS noted, max(seq) FILTER (WHERE is_news) AS noted_seq
            FROM told GROUP BY talk, user_id) last
        WHERE p.conversation_id = last.talk AND p.user_id = last.user_id
    )
    SELECT placed.place, placed.seq, placed.version, placed.created_at,
        array_agg(told.user_id), array_agg(told.head), array_agg(told.unread), array_agg(told.is_muted)
    FROM placed JOIN told ON told.place = placed.place
    GROUP BY placed.place, placed.seq, placed.version, placed.created_at
    ORDER BY placed.place;
END
$$;
