-- Work that must not grow with what one person has.

-- Changes of a user or a listing that not all conversations which show them have been touched for yet.
CREATE TABLE fan_outs (
    source_id   BLOB PRIMARY KEY,            -- a user or a listing
    kind        TEXT NOT NULL,               -- 'user' or 'listing'
    covered     INTEGER NOT NULL DEFAULT -1, -- a user's conversations last written in up to here are touched
    top         INTEGER,                     -- where this round began; nothing: the next one has not begun
    after_at    INTEGER,                     -- this round goes down, and has come to here
    after_id    BLOB,
    batches     INTEGER NOT NULL DEFAULT 0,
    is_repeated INTEGER NOT NULL DEFAULT 0,  -- it changed again meanwhile: everything is touched once more
    due_at      INTEGER NOT NULL             -- the oldest goes first, and to the end after each batch
) STRICT;

CREATE INDEX fan_outs_due ON fan_outs (due_at);
CREATE INDEX conversations_by_listing ON conversations (listing_id, id) WHERE listing_id IS NOT NULL;

-- The order board: what it sorts and filters by stands where each message is counted anyway.
ALTER TABLE conversations ADD COLUMN order_status TEXT;   -- that of the order; nothing for other conversations
ALTER TABLE conversations ADD COLUMN desk_unread INTEGER; -- the guest's messages that no operator has read, of an order without a host

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

CREATE TRIGGER listings_have_their_host AFTER INSERT ON listings BEGIN
    UPDATE listings SET host_folded = (SELECT folded_name FROM users WHERE id = NEW.host_id) WHERE id = NEW.id;
END;

CREATE TRIGGER listings_follow_their_host AFTER UPDATE OF folded_name ON users WHEN OLD.folded_name <> NEW.folded_name BEGIN
    UPDATE listings SET host_folded = NEW.folded_name WHERE host_id = NEW.id;
END;

DROP INDEX listings_newest;
CREATE INDEX listings_newest ON listings (created_at DESC, id DESC, kind, folded, host_folded) WHERE paused_at IS NULL;
