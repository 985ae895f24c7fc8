-- Web push to browsers whose tabs are closed. The key pair that signs pushes (VAPID) is in `meta`, as 'vapid_key'.

-- A browser that wants pushes. It belongs to the session in which it asked for them and ends with it.
CREATE TABLE push_subscriptions (
    id           BLOB PRIMARY KEY,
    session_hash BLOB NOT NULL UNIQUE REFERENCES sessions (token_hash) ON DELETE CASCADE,
    user_id      BLOB NOT NULL REFERENCES users (id),
    endpoint     TEXT NOT NULL UNIQUE,        -- a URL of the browser's push service, known to this browser alone
    p256dh       BLOB NOT NULL,               -- the browser's public key and secret: only it reads what is pushed
    auth         BLOB NOT NULL,
    shows_text   INTEGER NOT NULL,            -- whether a push says what was written
    refusals     INTEGER NOT NULL DEFAULT 0,  -- in a row
    paused_until INTEGER NOT NULL DEFAULT 0,  -- its push service wants nothing before
    created_at   INTEGER NOT NULL
) STRICT;

CREATE INDEX push_subscriptions_of_user ON push_subscriptions (user_id, created_at);

-- Up to where a participant was told by push. It has no index: a message costs nothing for it.
ALTER TABLE participants ADD COLUMN pushed_seq INTEGER NOT NULL DEFAULT 0;

-- The kinds of notifications that are pushed.
ALTER TABLE notification_choices ADD COLUMN push TEXT NOT NULL DEFAULT 'message booking tour payment system';
