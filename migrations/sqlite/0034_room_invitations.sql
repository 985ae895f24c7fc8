-- Who is invited into which room. Whoever accepts becomes a participant; until then nothing of the room reaches them.
-- A row stays for 30 days after it was made or declined, so that a repeated command is known and nobody is asked again at once.
CREATE TABLE room_invitations (
    id              BLOB PRIMARY KEY,
    conversation_id BLOB NOT NULL REFERENCES rooms (conversation_id),
    user_id         BLOB NOT NULL REFERENCES users (id), -- who is invited
    invited_by      BLOB NOT NULL REFERENCES users (id),
    command_id      BLOB NOT NULL,             -- of the command that invited
    created_at      INTEGER NOT NULL,
    accepted_at     INTEGER,
    withdrawn_at    INTEGER,
    declined_at     INTEGER,                      -- who is invited sees it no more; the room goes on listing it
    UNIQUE (conversation_id, user_id)
) STRICT;

CREATE INDEX room_invitations_of_user ON room_invitations (user_id, created_at);
CREATE INDEX room_invitations_by ON room_invitations (invited_by, created_at);

-- Who made the link of a room, where it is known.
ALTER TABLE rooms ADD COLUMN link_by BLOB REFERENCES users (id);
