-- Background tasks, and mail to who is away.

-- What is to be done outside of a request, by any node, at least once. A task that is done is deleted; one that is given
-- up stays, with its reason.
CREATE TABLE tasks (
    id         UUID PRIMARY KEY,
    queue      TEXT NOT NULL,
    key        TEXT NOT NULL,                 -- what it is about: a queue has one task for each
    body       TEXT NOT NULL,                 -- JSON
    due_at     BIGINT NOT NULL,              -- while a worker has it, when its lease ends
    attempts   BIGINT NOT NULL DEFAULT 0,    -- raised by each claim: a worker whose lease has ended changes nothing more
    last_error TEXT,
    failed_at  BIGINT,                       -- given up
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX tasks_by_key ON tasks (queue, key);
CREATE INDEX tasks_due ON tasks (queue, due_at) WHERE failed_at IS NULL;
CREATE INDEX tasks_failed ON tasks (failed_at) WHERE failed_at IS NOT NULL;

-- Up to where a participant was told by mail, when, and how often since they last read. They have no index: a message
-- costs nothing for them.
ALTER TABLE participants ADD COLUMN mailed_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN mailed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN mails BIGINT NOT NULL DEFAULT 0;
-- The participant wants no mails about this conversation.
ALTER TABLE participants ADD COLUMN mail_off BIGINT NOT NULL DEFAULT 0;

-- When the owner of the address proved that it is theirs. Only then anything but the proof is mailed to it.
ALTER TABLE users ADD COLUMN email_verified_at BIGINT;
-- The zone of the user's times in mails, a name of the IANA database; nothing: UTC.
ALTER TABLE users ADD COLUMN time_zone TEXT;

-- The kinds of notifications that are mailed.
ALTER TABLE notification_choices ADD COLUMN mail TEXT NOT NULL DEFAULT 'message booking tour payment system';
