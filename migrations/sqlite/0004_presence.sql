-- When people were last connected. A table of its own, since it is written often and is no news:
-- it raises nobody's head.

CREATE TABLE presence (
    user_id   BLOB PRIMARY KEY REFERENCES users (id),
    last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
