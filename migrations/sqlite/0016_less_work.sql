-- Less work for each message.

-- The totals of unread messages and notifications are read from the index alone.
DROP INDEX participants_unread;
CREATE INDEX participants_unread ON participants (user_id, noted, seen, hidden, unread)
    WHERE unread > 0 AND left_at IS NULL AND muted_at IS NULL;
