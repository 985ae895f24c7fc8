-- Search in messages. The index is written behind the messages, and can be built anew from them at any time.

-- A message that is found. Its id grows with the time of the message, so the newest come first.
CREATE TABLE search_entries (
    id              INTEGER PRIMARY KEY,
    conversation_id BLOB NOT NULL,
    seq             INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX search_entries_of_message ON search_entries (conversation_id, seq);

-- How far a conversation is indexed.
CREATE TABLE search_state (
    conversation_id BLOB PRIMARY KEY,
    version         INTEGER NOT NULL,    -- that of the last change of a message that is in the index
    floor_seq       INTEGER NOT NULL,    -- expired messages up to here are out of the index
    audience        INTEGER NOT NULL     -- of whom and of what its entries tell; another one has them written anew
) STRICT, WITHOUT ROWID;

-- The words of an entry, as the application has cut and folded them. Whatever is not ASCII is part of a word here. A table
-- with its content, since others leave the words of deleted rows in the file.
CREATE VIRTUAL TABLE search_words USING fts5 (words, tokenize = 'ascii', prefix = '2 3 4');
INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1);

-- The rooms of a user, among conversations of all kinds.
CREATE INDEX participants_of_rooms ON participants (user_id)
    WHERE left_at IS NULL AND role IN ('member', 'moderator');
