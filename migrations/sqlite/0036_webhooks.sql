-- The event log, which other programs follow, and webhooks, by which they are told (decision 47). Events refer to what they tell of
-- and copy no text. While nobody follows, nothing is written here.

CREATE TABLE event_log (
    id         INTEGER PRIMARY KEY CHECK (id = 1), -- one row
    started_at INTEGER,                            -- what happened before is not in it; nothing: nobody follows
    position   INTEGER NOT NULL,                   -- of the last event: they have no gaps, and are committed in their order
    deleted    INTEGER NOT NULL,                   -- events up to here are deleted
    read_at    INTEGER NOT NULL                    -- when somebody last followed by the API, to the day
) STRICT;

INSERT INTO event_log (id, position, deleted, read_at) VALUES (1, 0, 0, 0);

-- Events that are no message, written by the transaction that they tell of. The collector gives each its position and deletes it.
CREATE TABLE event_outbox (
    id              BLOB PRIMARY KEY,
    type            TEXT NOT NULL,
    at              INTEGER NOT NULL,
    lane            BLOB NOT NULL,
    conversation_id BLOB,
    user_id         BLOB,                          -- whom it concerns
    detail          TEXT NOT NULL                  -- JSON of ids and codes
) STRICT;

CREATE TABLE events (
    position        INTEGER PRIMARY KEY,
    type            TEXT NOT NULL,
    at              INTEGER NOT NULL,
    lane            BLOB NOT NULL,                 -- events of one lane are delivered one after the other: of a conversation, or a user
    conversation_id BLOB,
    message_id      BLOB,
    user_id         BLOB,
    version         INTEGER,                       -- of the message, when it was collected
    detail          TEXT NOT NULL
) STRICT;

-- How far a conversation is collected.
CREATE TABLE event_state (
    conversation_id BLOB PRIMARY KEY,
    seq             INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    started_at      INTEGER NOT NULL               -- that of the log; of another one it is void
) STRICT, WITHOUT ROWID;

-- URLs that are told of events.
CREATE TABLE webhooks (
    id            BLOB PRIMARY KEY,                -- made by the client
    url           TEXT NOT NULL,
    types         TEXT NOT NULL,                   -- words with a space between
    with_text     INTEGER NOT NULL,
    secret        TEXT NOT NULL,                   -- signs, so it is kept as it is
    former_secret TEXT,                            -- signs as well until then
    former_until  INTEGER,
    user_id       BLOB NOT NULL REFERENCES users (id), -- who made it
    created_at    INTEGER NOT NULL,
    taken         INTEGER NOT NULL,                -- events up to here have a delivery, if they were chosen
    failing_since INTEGER,                         -- nothing was taken since
    disabled_at   INTEGER,
    disabled_why  TEXT,                            -- 'admin', 'gone' or 'failing'
    lease         BLOB,                            -- the worker that delivers to it
    leased_until  INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE webhook_deliveries (
    webhook_id BLOB NOT NULL REFERENCES webhooks (id),
    position   INTEGER NOT NULL,                   -- of the event
    type       TEXT NOT NULL,
    lane       BLOB NOT NULL,
    state      INTEGER NOT NULL,                   -- 0 waits, 1 delivered, 2 given up
    due_at     INTEGER NOT NULL,                   -- one that waits is never due before those before it in its lane
    attempts   INTEGER NOT NULL DEFAULT 0,
    first_at   INTEGER,                            -- the first attempt, and the last
    last_at    INTEGER,
    took       INTEGER,                            -- microseconds until the last answer
    status     INTEGER,                            -- that of the last answer
    answer     TEXT,                               -- its beginning, or why there is none
    PRIMARY KEY (webhook_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at, position) WHERE state = 0;
CREATE INDEX webhook_deliveries_of_lane ON webhook_deliveries (webhook_id, lane, position) WHERE state = 0;
CREATE INDEX webhook_deliveries_given_up ON webhook_deliveries (webhook_id, position) WHERE state = 2;
