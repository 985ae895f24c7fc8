-- The totals are read from the index alone only if it has the columns of its own condition, too: SQLite looks them up in
-- the table otherwise. (On SQLite, appending is a statement of the program's own.)
DROP INDEX participants_unread;
CREATE INDEX participants_unread ON participants (user_id, noted, seen, hidden, unread, left_at, muted_at)
    WHERE unread > 0 AND left_at IS NULL AND muted_at IS NULL;
