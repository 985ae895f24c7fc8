-- Mail that comes back: replies, and reports of mails that could not be delivered. What a user wants to be told of, and when.

-- The addresses of our domain that mails were sent from. Whoever knows one, and writes from the address that it was
-- mailed to, replies in that conversation.
CREATE TABLE return_addresses (
    token_hash      BLOB PRIMARY KEY,                                          -- SHA-256
    user_id         BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    conversation_id BLOB REFERENCES conversations (id) ON DELETE CASCADE,      -- nothing: only for reports
    mailed_at       INTEGER NOT NULL,                                          -- good for a while from then on
    refused_at      INTEGER                                                    -- when the user was last told that a reply was not taken
) STRICT;

CREATE INDEX return_addresses_by_age ON return_addresses (mailed_at);
CREATE INDEX return_addresses_by_user ON return_addresses (user_id);
CREATE INDEX return_addresses_by_conversation ON return_addresses (conversation_id);

-- What was left out of a message that came by mail: the quoted mail and the signature.
CREATE TABLE mail_remainders (
    message_id BLOB PRIMARY KEY,
    text       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX mail_remainders_by_age ON mail_remainders (created_at);

-- Up to where mails about a conversation came back undelivered.
ALTER TABLE participants ADD COLUMN bounced_seq INTEGER NOT NULL DEFAULT 0;

-- Since when the user's address is mailed nothing, because it takes nothing; until it is confirmed again.
ALTER TABLE users ADD COLUMN mail_stopped_at INTEGER;
-- Mails that came back within a week of each other, and when the last one did.
ALTER TABLE users ADD COLUMN mail_bounces INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN mail_bounced_at INTEGER NOT NULL DEFAULT 0;

-- When a muted conversation is unmuted by itself, and whether mentions in it notify nobody either.
ALTER TABLE participants ADD COLUMN muted_until INTEGER;
ALTER TABLE participants ADD COLUMN mentions_off INTEGER NOT NULL DEFAULT 0;

-- Quiet hours, in minutes since midnight of the user's zone.
ALTER TABLE users ADD COLUMN quiet_from INTEGER;
ALTER TABLE users ADD COLUMN quiet_to INTEGER;
