-- Search in messages. The index is written behind the messages, and can be built anew from them at any time.

-- A message that is found. Its id grows with the time of the message, so the newest come first.
CREATE TABLE search_entries (
    id              BIGINT PRIMARY KEY,
    conversation_id UUID NOT NULL,
    seq             BIGINT NOT NULL,
    words           TSVECTOR NOT NULL   -- as the application has cut and folded them
);

CREATE UNIQUE INDEX search_entries_of_message ON search_entries (conversation_id, seq);
-- Without a list of pending words, which each search would have to read from end to end.
CREATE INDEX search_entries_by_word ON search_entries USING GIN (words) WITH (fastupdate = off);

-- How far a conversation is indexed.
CREATE TABLE search_state (
    conversation_id UUID PRIMARY KEY,
    version         BIGINT NOT NULL,    -- that of the last change of a message that is in the index
    floor_seq       BIGINT NOT NULL,    -- expired messages up to here are out of the index
    audience        BIGINT NOT NULL     -- of whom and of what its entries tell; another one has them written anew
);

-- The rooms of a user, among conversations of all kinds.
CREATE INDEX participants_of_rooms ON participants (user_id)
    WHERE left_at IS NULL AND role IN ('member', 'moderator');
