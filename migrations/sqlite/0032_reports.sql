-- What people have reported. Several reports of one thing are one case, which an operator claims and decides.
CREATE TABLE cases (
    id              BLOB PRIMARY KEY,
    about           TEXT NOT NULL,                    -- 'message', 'conversation', 'user', 'listing' or 'room'
    subject_id      BLOB NOT NULL,                    -- the id of that
    user_id         BLOB REFERENCES users (id),       -- whom it concerns; nobody in a room
    conversation_id BLOB,                             -- where it happened
    reports         INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,                 -- when it was last reported
    claimed_by      BLOB REFERENCES users (id),
    claimed_until   INTEGER,
    decision        TEXT,                             -- nothing while it is open
    days            INTEGER,                          -- of a limit
    reason          TEXT NOT NULL DEFAULT '',         -- what the person concerned was told
    decided_by      BLOB REFERENCES users (id),
    decided_at      INTEGER
) STRICT;

CREATE UNIQUE INDEX cases_open ON cases (about, subject_id) WHERE decision IS NULL;
CREATE INDEX cases_newest ON cases (created_at DESC, id DESC);
CREATE INDEX cases_to_decide ON cases (created_at DESC, id DESC) WHERE decision IS NULL;
CREATE INDEX cases_decided ON cases (decided_at) WHERE decided_at IS NOT NULL;

CREATE TABLE reports (
    id         BLOB PRIMARY KEY,                      -- made by the client
    case_id    BLOB NOT NULL REFERENCES cases (id),
    user_id    BLOB NOT NULL REFERENCES users (id),   -- who reported, whom nobody is told
    reason     TEXT NOT NULL,                         -- one of the list
    text       TEXT NOT NULL,                         -- in their words
    copy       TEXT NOT NULL,                         -- what was reported as it was then, as JSON; emptied some time after the decision
    copy_hash  BLOB NOT NULL,                         -- SHA-256 of the copy
    created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX reports_of_case ON reports (case_id, user_id);
CREATE INDEX reports_of_user ON reports (user_id, created_at);

-- Whoever is limited begins nothing new with anybody until then.
ALTER TABLE users ADD COLUMN limited_until INTEGER;

-- Why a listing is not shown, in bits: 1 the staff took it down, 2 its host is suspended.
ALTER TABLE listings ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
UPDATE listings SET hidden = 2 WHERE host_id IN (SELECT id FROM users WHERE suspended_at IS NOT NULL);

DROP INDEX listings_newest;
CREATE INDEX listings_newest ON listings (created_at DESC, id DESC, kind, folded, host_folded) WHERE paused_at IS NULL AND hidden = 0;
