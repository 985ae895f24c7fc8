-- Events of security: who signed in and out and from where, and who was refused. Kept for 90 days, unlike the audit log.

CREATE TABLE security_events (
    id        UUID PRIMARY KEY,
    at        BIGINT NOT NULL,
    event     TEXT NOT NULL,               -- 'sign_in', 'sign_in_refused' …
    user_id   UUID REFERENCES users (id),  -- nothing: somebody tried an account that there is not
    client_ip TEXT NOT NULL,
    client    TEXT NOT NULL,               -- such as 'Firefox on Linux'
    detail    TEXT NOT NULL
);

CREATE INDEX security_events_newest ON security_events (at DESC, id DESC);
CREATE INDEX security_events_of_user ON security_events (user_id, at DESC, id DESC);
