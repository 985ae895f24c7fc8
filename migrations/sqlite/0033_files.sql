-- Files of messages. Their bytes lie in the file store, which is a folder or a bucket; a row says whose they are, how far they
-- have come, and which message has them.
CREATE TABLE files (
    id              BLOB PRIMARY KEY,
    user_id         BLOB NOT NULL REFERENCES users (id),
    conversation_id BLOB NOT NULL REFERENCES conversations (id),
    name            TEXT NOT NULL,
    claimed_kind    TEXT NOT NULL,       -- as what it was sent: 'image', 'audio' or 'file'
    kind            TEXT NOT NULL,       -- what it was found to be
    media_type      TEXT NOT NULL,       -- of sound, as it was found; else empty
    size            INTEGER NOT NULL,
    received        INTEGER NOT NULL,
    state           TEXT NOT NULL,       -- 'receiving', 'checking', 'ready', 'refused', 'deleted'
    refusal         TEXT,
    width           INTEGER,
    height          INTEGER,
    duration        INTEGER,
    waveform        TEXT,
    alt             TEXT,
    message_id      BLOB,                -- once it is sent
    seq             INTEGER,             -- of that message
    created_at      INTEGER NOT NULL,
    changed_at      INTEGER NOT NULL     -- when its last bytes came, or when it was deleted
) STRICT;

CREATE INDEX files_of_user ON files (user_id, created_at);
CREATE INDEX files_of_conversation ON files (conversation_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX files_unsent ON files (changed_at) WHERE message_id IS NULL OR state = 'deleted';

-- What has come of a file that is not complete: objects of the file store, to be put together.
CREATE TABLE file_parts (
    file_id  BLOB NOT NULL REFERENCES files (id),
    position INTEGER NOT NULL,           -- of its first byte
    size     INTEGER NOT NULL,
    object   BLOB NOT NULL,              -- names it in the file store; made anew for each try
    PRIMARY KEY (file_id, position)
) STRICT, WITHOUT ROWID;
