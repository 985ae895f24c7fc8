-- What admins set for the whole marketplace, and what has come of deleting old messages.

CREATE TABLE settings (
    id             BIGINT PRIMARY KEY CHECK (id = 1), -- one row
    version        BIGINT NOT NULL,                   -- raised with each change
    retention_days BIGINT CHECK (retention_days BETWEEN 1 AND 36500), -- nothing: messages are kept
    can_sign_up    BIGINT NOT NULL,                   -- whether anybody may make an account
    can_make_rooms BIGINT NOT NULL                    -- whether members may, or the staff alone
);

INSERT INTO settings (id, version, can_sign_up, can_make_rooms) VALUES (1, 1, 1, 1);

CREATE TABLE retention (
    id         BIGINT PRIMARY KEY CHECK (id = 1),     -- one row
    ran_at     BIGINT,                                -- when a run last came to its end
    deleted_at BIGINT,                                -- when something was last deleted
    deleted    BIGINT NOT NULL                        -- messages, in all runs
);

INSERT INTO retention (id, deleted) VALUES (1, 0);
