-- What admins set for the whole marketplace, and what has come of deleting old messages.

CREATE TABLE settings (
    id             INTEGER PRIMARY KEY CHECK (id = 1), -- one row
    version        INTEGER NOT NULL,                   -- raised with each change
    retention_days INTEGER CHECK (retention_days BETWEEN 1 AND 36500), -- nothing: messages are kept
    can_sign_up    INTEGER NOT NULL,                   -- whether anybody may make an account
    can_make_rooms INTEGER NOT NULL                    -- whether members may, or the staff alone
) STRICT;

INSERT INTO settings (id, version, can_sign_up, can_make_rooms) VALUES (1, 1, 1, 1);

CREATE TABLE retention (
    id         INTEGER PRIMARY KEY CHECK (id = 1),     -- one row
    ran_at     INTEGER,                                -- when a run last came to its end
    deleted_at INTEGER,                                -- when something was last deleted
    deleted    INTEGER NOT NULL                        -- messages, in all runs
) STRICT;

INSERT INTO retention (id, deleted) VALUES (1, 0);
