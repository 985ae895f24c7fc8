-- The event log, which other programs follow, and webhooks, by which they are told (decision 47). Events refer to what they tell of
-- and copy no text. While nobody follows, nothing is written here.

CREATE TABLE event_log (
    id         BIGINT PRIMARY KEY CHECK (id = 1), -- one row
    started_at BIGINT,                            -- what happened before is not in it; nothing: nobody follows
    position   BIGINT NOT NULL,                   -- of the last event: they have no gaps, and are committed in their order
    deleted    BIGINT NOT NULL,                   -- events up to here are deleted
    read_at    BIGINT NOT NULL                    -- when somebody last followed by the API, to the day
);

INSERT INTO event_log (id, position, deleted, read_at) VALUES (1, 0, 0, 0);

-- Events that are no message, written by the transaction that they tell of. The collector gives each its position and deletes it.
CREATE TABLE event_outbox (
    id              UUID PRIMARY KEY,
    type            TEXT NOT NULL,
    at              BIGINT NOT NULL,
    lane            UUID NOT NULL,
    conversation_id UUID,
    user_id         UUID,                          -- whom it concerns
    detail          TEXT NOT NULL                  -- JSON of ids and codes
);

CREATE TABLE events (
    position        BIGINT PRIMARY KEY,
    type            TEXT NOT NULL,
    at              BIGINT NOT NULL,
    lane            UUID NOT NULL,                 -- events of one lane are delivered one after the other: of a conversation, or a user
    conversation_id UUID,
    message_id      UUID,
    user_id         UUID,
    version         BIGINT,                       -- of the message, when it was collected
    detail          TEXT NOT NULL
);

-- How far a conversation is collected.
CREATE TABLE event_state (
    conversation_id UUID PRIMARY KEY,
    seq             BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    started_at      BIGINT NOT NULL               -- that of the log; of another one it is void
);

-- URLs that are told of events.
CREATE TABLE webhooks (
    id            UUID PRIMARY KEY,                -- made by the client
    url           TEXT NOT NULL,
    types         TEXT NOT NULL,                   -- words with a space between
    with_text     BIGINT NOT NULL,
    secret        TEXT NOT NULL,                   -- signs, so it is kept as it is
    former_secret TEXT,                            -- signs as well until then
    former_until  BIGINT,
    user_id       UUID NOT NULL REFERENCES users (id), -- who made it
    created_at    BIGINT NOT NULL,
    taken         BIGINT NOT NULL,                -- events up to here have a delivery, if they were chosen
    failing_since BIGINT,                         -- nothing was taken since
    disabled_at   BIGINT,
    disabled_why  TEXT,                            -- 'admin', 'gone' or 'failing'
    lease         UUID,                            -- the worker that delivers to it
    leased_until  BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE webhook_deliveries (
    webhook_id UUID NOT NULL REFERENCES webhooks (id),
    position   BIGINT NOT NULL,                   -- of the event
    type       TEXT NOT NULL,
    lane       UUID NOT NULL,
    state      BIGINT NOT NULL,                   -- 0 waits, 1 delivered, 2 given up
    due_at     BIGINT NOT NULL,                   -- one that waits is never due before those before it in its lane
    attempts   BIGINT NOT NULL DEFAULT 0,
    first_at   BIGINT,                            -- the first attempt, and the last
    last_at    BIGINT,
    took       BIGINT,                            -- microseconds until the last answer
    status     BIGINT,                            -- that of the last answer
    answer     TEXT,                               -- its beginning, or why there is none
    PRIMARY KEY (webhook_id, position)
);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at, position) WHERE state = 0;
CREATE INDEX webhook_deliveries_of_lane ON webhook_deliveries (webhook_id, lane, position) WHERE state = 0;
CREATE INDEX webhook_deliveries_given_up ON webhook_deliveries (webhook_id, position) WHERE state = 2;
