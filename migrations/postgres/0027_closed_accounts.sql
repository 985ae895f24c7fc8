-- Accounts that their owners have closed. The row stays, without anything about a person, since conversations and orders of
-- others name it.
ALTER TABLE users ADD COLUMN closed_at BIGINT;

-- To find what others were told of because of a user, and what the audit log has about one.
CREATE INDEX notifications_by_cause ON notifications (cause_id) WHERE cause_id IS NOT NULL;
CREATE INDEX audit_by_user ON audit (user_id, at);
CREATE INDEX audit_about_user ON audit (other_id) WHERE other_id IS NOT NULL;

-- The audit log is only added to, with one exception: details of an entry by or about somebody who has closed their account
-- can be emptied. Who did what and when stays.
CREATE FUNCTION audit_is_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.detail = '' AND NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.user_id = OLD.user_id AND NEW.action = OLD.action
        AND NEW.order_id IS NOT DISTINCT FROM OLD.order_id AND NEW.conversation_id IS NOT DISTINCT FROM OLD.conversation_id
        AND NEW.other_id IS NOT DISTINCT FROM OLD.other_id
        AND EXISTS (SELECT 1 FROM users WHERE closed_at IS NOT NULL AND (id = OLD.user_id OR id = OLD.other_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is only added to';
END $$;

DROP TRIGGER audit_is_not_changed ON audit;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_emptied();
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
