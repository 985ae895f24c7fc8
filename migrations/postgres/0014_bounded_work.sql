-- Work that must not grow with what one person has.

-- Changes of a user or a listing that not all conversations which show them have been touched for yet.
CREATE TABLE fan_outs (
    source_id   UUID PRIMARY KEY,            -- a user or a listing
    kind        TEXT NOT NULL,               -- 'user' or 'listing'
    covered     BIGINT NOT NULL DEFAULT -1, -- a user's conversations last written in up to here are touched
    top         BIGINT,                     -- where this round began; nothing: the next one has not begun
    after_at    BIGINT,                     -- this round goes down, and has come to here
    after_id    UUID,
    batches     BIGINT NOT NULL DEFAULT 0,
    is_repeated BIGINT NOT NULL DEFAULT 0,  -- it changed again meanwhile: everything is touched once more
    due_at      BIGINT NOT NULL             -- the oldest goes first, and to the end after each batch
);

CREATE INDEX fan_outs_due ON fan_outs (due_at);
CREATE INDEX conversations_by_listing ON conversations (listing_id, id) WHERE listing_id IS NOT NULL;

-- The order board: what it sorts and filters by stands where each message is counted anyway.
ALTER TABLE conversations ADD COLUMN order_status TEXT;  -- that of the order; nothing for other conversations
ALTER TABLE conversations ADD COLUMN desk_unread BIGINT; -- the guest's messages that no operator has read, of an order without a host

UPDATE conversations SET
    order_status = (SELECT o.status FROM orders o WHERE o.id = conversations.order_id),
    desk_unread = (SELECT CASE WHEN o.host_id IS NULL THEN
        (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = conversations.id AND m.seq > o.desk_read_seq
            AND m.seq > conversations.floor_seq AND m.sender_id = o.guest_id AND m.deleted_at IS NULL)
        END FROM orders o WHERE o.id = conversations.order_id)
WHERE order_id IS NOT NULL;

DROP INDEX conversations_newest;
CREATE INDEX conversations_of_orders ON conversations (last_message_at DESC, id DESC, order_status) WHERE order_id IS NOT NULL;
CREATE INDEX conversations_unread_at_desk ON conversations (last_message_at DESC, id DESC, order_status) WHERE desk_unread > 0;

-- The search in listings reads an index alone, so it holds all that is compared.
ALTER TABLE listings ADD COLUMN host_folded TEXT NOT NULL DEFAULT ''; -- the host's name as it is folded with the user

UPDATE listings SET host_folded = (SELECT u.folded_name FROM users u WHERE u.id = listings.host_id);

CREATE FUNCTION set_listing_host() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.host_folded := (SELECT folded_name FROM users WHERE id = NEW.host_id);
    RETURN NEW;
END
$$;

CREATE TRIGGER listings_have_their_host BEFORE INSERT ON listings FOR EACH ROW EXECUTE FUNCTION set_listing_host();

CREATE FUNCTION set_host_of_listings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE listings SET host_folded = NEW.folded_name WHERE host_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER listings_follow_their_host AFTER UPDATE OF folded_name ON users
    FOR EACH ROW WHEN (OLD.folded_name <> NEW.folded_name) EXECUTE FUNCTION set_host_of_listings();

DROP INDEX listings_newest;
CREATE INDEX listings_newest ON listings (created_at DESC, id DESC) INCLUDE (kind, folded, host_folded) WHERE paused_at IS NULL;

-- Stores messages that wait together, as append_together of 0011 does, and keeps the desk's count. It also tells
-- which of them belong to an order.
CREATE FUNCTION append_and_count(
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
            noted = COALESCE(last.noted, p.noted), noted_seq = COALESCE(last.noted_seq, p.noted_seq)
        FROM (SELECT talk, user_id, max(head) AS head, max(unread) AS unread,
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

-- Nodes that still run the version before this keep the count too.
CREATE OR REPLACE FUNCTION append_together(
    ids UUID[], talks UUID[], senders UUID[], kinds TEXT[], bodies TEXT[], hashes BYTEA[], times BIGINT[]
) RETURNS TABLE (
    place BIGINT, seq BIGINT, version BIGINT, created_at BIGINT,
    told_users UUID[], told_heads BIGINT[], told_unread BIGINT[], told_muted BOOLEAN[]
) LANGUAGE sql VOLATILE AS $$
    SELECT place, seq, version, created_at, told_users, told_heads, told_unread, told_muted
    FROM append_and_count(ids, talks, senders, kinds, bodies, hashes, times)
$$;
