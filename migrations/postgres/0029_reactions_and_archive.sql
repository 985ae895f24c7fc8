-- Reactions to messages. A message carries a summary of its own, so that reading a page reads no other table.

CREATE TABLE reactions (
    message_id      UUID NOT NULL REFERENCES messages (id),
    user_id         UUID NOT NULL REFERENCES users (id),
    emoji           TEXT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (message_id, user_id, emoji)
);

CREATE INDEX reactions_of_user ON reactions (user_id, at, message_id);

-- As JSON: each emoji with its count and the first people; NULL where there is none.
ALTER TABLE messages ADD COLUMN reactions TEXT;
-- The version of the text, where a reaction has raised that of the message since: an edit is not refused because of it.
ALTER TABLE messages ADD COLUMN text_version BIGINT;

-- The last message when a participant archived the conversation: it is archived as long as that is the last one, so a new
-- message brings it back without a word. 0 if it is not.
ALTER TABLE participants ADD COLUMN archived_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN starred_at BIGINT;

-- A participant wants to come back to it. No read position falls for it, and no count has it.
ALTER TABLE participants ADD COLUMN marked_unread_at BIGINT;
