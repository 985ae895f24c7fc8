-- What people have reported. Several reports of one thing are one case, which an operator claims and decides.
CREATE TABLE cases (
    id              UUID PRIMARY KEY,
    about           TEXT NOT NULL,                    -- 'message', 'conversation', 'user', 'listing' or 'room'
    subject_id      UUID NOT NULL,                    -- the id of that
    user_id         UUID REFERENCES users (id),       -- whom it concerns; nobody in a room
    conversation_id UUID,                             -- where it happened
    reports         BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,                 -- when it was last reported
    claimed_by      UUID REFERENCES users (id),
    claimed_until   BIGINT,
    decision        TEXT,                             -- nothing while it is open
    days            BIGINT,                          -- of a limit
    reason          TEXT NOT NULL DEFAULT '',         -- what the person concerned was told
    decided_by      UUID REFERENCES users (id),
    decided_at      BIGINT
);

CREATE UNIQUE INDEX cases_open ON cases (about, subject_id) WHERE decision IS NULL;
CREATE INDEX cases_newest ON cases (created_at DESC, id DESC);
CREATE INDEX cases_to_decide ON cases (created_at DESC, id DESC) WHERE decision IS NULL;
CREATE INDEX cases_decided ON cases (decided_at) WHERE decided_at IS NOT NULL;

CREATE TABLE reports (
    id         UUID PRIMARY KEY,                      -- made by the client
    case_id    UUID NOT NULL REFERENCES cases (id),
    user_id    UUID NOT NULL REFERENCES users (id),   -- who reported, whom nobody is told
    reason     TEXT NOT NULL,                         -- one of the list
    text       TEXT NOT NULL,                         -- in their words
    copy       TEXT NOT NULL,                         -- what was reported as it was then, as JSON; emptied some time after the decision
    copy_hash  BYTEA NOT NULL,                         -- SHA-256 of the copy
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX reports_of_case ON reports (case_id, user_id);
CREATE INDEX reports_of_user ON reports (user_id, created_at);

-- Whoever is limited begins nothing new with anybody until then.
ALTER TABLE users ADD COLUMN limited_until BIGINT;

-- Why a listing is not shown, in bits: 1 the staff took it down, 2 its host is suspended.
ALTER TABLE listings ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0;
UPDATE listings SET hidden = 2 WHERE host_id IN (SELECT id FROM users WHERE suspended_at IS NOT NULL);

DROP INDEX listings_newest;
CREATE INDEX listings_newest ON listings (created_at DESC, id DESC) INCLUDE (kind, folded, host_folded) WHERE paused_at IS NULL AND hidden = 0;
