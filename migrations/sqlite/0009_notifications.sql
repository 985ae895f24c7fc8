-- Notifications: what one person is told of. Those of new messages are kept with the participant, one
-- for each conversation.

CREATE TABLE broadcasts (
    id         BLOB PRIMARY KEY,            -- made by the client
    user_id    BLOB NOT NULL REFERENCES users (id), -- who sent it
    kind       TEXT NOT NULL,               -- 'promotion' or 'system'
    audience   TEXT NOT NULL,
    event      TEXT NOT NULL,               -- what is told, once for all
    last_user  BLOB,                        -- everybody up to here has it
    sent       INTEGER NOT NULL DEFAULT 0,
    first_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    done_at    INTEGER
) STRICT;

CREATE INDEX broadcasts_open ON broadcasts (id) WHERE done_at IS NULL;

CREATE TABLE notifications (
    id              BLOB PRIMARY KEY,
    user_id         BLOB NOT NULL REFERENCES users (id),
    kind            TEXT NOT NULL,
    event           TEXT NOT NULL,          -- a code with its parameters; empty: that of the broadcast
    cause_id        BLOB REFERENCES users (id),
    cause_name      TEXT,                   -- as it was then, like the subject: what was told stays
    cause_hue       INTEGER,
    subject         TEXT NOT NULL DEFAULT '', -- the room's name, or the order's title
    conversation_id BLOB,                   -- where it stands in words, at `seq`
    seq             INTEGER NOT NULL DEFAULT 0,
    order_id        BLOB REFERENCES orders (id),
    broadcast_id    BLOB REFERENCES broadcasts (id),
    first_hash      BLOB,                   -- of what came from outside, to know it again
    created_at      INTEGER NOT NULL,
    raised          INTEGER NOT NULL,       -- the user's head when it came
    changed         INTEGER NOT NULL,       -- the user's head when it last changed
    read_at         INTEGER,
    deleted_at      INTEGER
) STRICT;

CREATE INDEX notifications_newest ON notifications (user_id, raised DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX notifications_changed ON notifications (user_id, changed);
CREATE INDEX notifications_unread ON notifications (user_id, kind, raised) WHERE read_at IS NULL AND deleted_at IS NULL;
CREATE INDEX notifications_of_conversation ON notifications (user_id, conversation_id) WHERE conversation_id IS NOT NULL;
CREATE UNIQUE INDEX notifications_of_broadcast ON notifications (broadcast_id, user_id) WHERE broadcast_id IS NOT NULL;

-- The notification of new messages, each a head of the user's: when the last text of another came, up
-- to where it was marked as read, and up to where it was deleted. They have no index: each would be
-- written with each message.
ALTER TABLE participants ADD COLUMN noted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN noted_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE participants ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;

-- All notifications up to this head were marked as read.
ALTER TABLE heads ADD COLUMN read_upto INTEGER NOT NULL DEFAULT 0;

-- How somebody wants to be told: kinds with a space between; no row for the defaults.
CREATE TABLE notification_choices (
    user_id BLOB PRIMARY KEY REFERENCES users (id),
    app     TEXT NOT NULL,
    sound   TEXT NOT NULL,
    browser TEXT NOT NULL
) STRICT, WITHOUT ROWID;
