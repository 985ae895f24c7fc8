-- Who has closed all one-to-one conversations with whom.
CREATE TABLE blocks (
    user_id    BLOB NOT NULL REFERENCES users (id),
    other_id   BLOB NOT NULL REFERENCES users (id), -- the person who is blocked, who is not told by whom
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, other_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX blocks_of_other ON blocks (other_id);

-- Whether a block stands between guest and host, where each message is stored anyway: 0 nothing, 1 nobody can write,
-- 2 an order of both goes on, with the desk in the conversation.
ALTER TABLE conversations ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;

-- Whether the participant has written here, or taken a step of the order. Until both have, neither shows presence to the other.
ALTER TABLE participants ADD COLUMN wrote INTEGER NOT NULL DEFAULT 0;

UPDATE participants SET wrote = 1 WHERE EXISTS (SELECT 1 FROM messages m
    WHERE m.conversation_id = participants.conversation_id AND m.sender_id = participants.user_id);

-- Whether a moderator has taken them out of the room: only a moderator lets them in again.
ALTER TABLE participants ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;

-- Whoever shows presence to nobody, and sees nobody's.
ALTER TABLE users ADD COLUMN presence_off_at INTEGER;
