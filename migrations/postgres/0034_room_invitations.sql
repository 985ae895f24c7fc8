-- Who is invited into which room. Whoever accepts becomes a participant; until then nothing of the room reaches them.
-- A row stays for 30 days after it was made or declined, so that a repeated command is known and nobody is asked again at once.
CREATE TABLE room_invitations (
    id              UUID PRIMARY KEY,
    conversation_id UUID NOT NULL REFERENCES rooms (conversation_id),
    user_id         UUID NOT NULL REFERENCES users (id), -- who is invited
    invited_by      UUID NOT NULL REFERENCES users (id),
    command_id      UUID NOT NULL,             -- of the command that invited
    created_at      BIGINT NOT NULL,
    accepted_at     BIGINT,
    withdrawn_at    BIGINT,
    declined_at     BIGINT,                      -- who is invited sees it no more; the room goes on listing it
    UNIQUE (conversation_id, user_id)
);

CREATE INDEX room_invitations_of_user ON room_invitations (user_id, created_at);
CREATE INDEX room_invitations_by ON room_invitations (invited_by, created_at);

-- Who made the link of a room, where it is known.
ALTER TABLE rooms ADD COLUMN link_by UUID REFERENCES users (id);
