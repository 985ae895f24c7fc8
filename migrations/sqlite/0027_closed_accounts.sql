-- Accounts that their owners have closed. The row stays, without anything about a person, since conversations and orders of
-- others name it.
ALTER TABLE users ADD COLUMN closed_at INTEGER;

-- To find what others were told of because of a user, and what the audit log has about one.
CREATE INDEX notifications_by_cause ON notifications (cause_id) WHERE cause_id IS NOT NULL;
CREATE INDEX audit_by_user ON audit (user_id, at);
CREATE INDEX audit_about_user ON audit (other_id) WHERE other_id IS NOT NULL;

-- The audit log is only added to, with one exception: details of an entry by or about somebody who has closed their account
-- can be emptied. Who did what and when stays.
DROP TRIGGER audit_is_not_changed;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit WHEN NOT (
    NEW.detail = '' AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.user_id = OLD.user_id AND NEW.action = OLD.action
    AND NEW.order_id IS OLD.order_id AND NEW.conversation_id IS OLD.conversation_id AND NEW.other_id IS OLD.other_id
    AND EXISTS (SELECT 1 FROM users WHERE closed_at IS NOT NULL AND (id = OLD.user_id OR id = OLD.other_id))
) BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;
