-- Whose address it is. An address belongs to an account (`email`) once its owner has confirmed it; until then an account
-- only claims it, and several may claim the same. Nobody learns by signing up whose address it is already.
ALTER TABLE users ADD COLUMN claimed_email TEXT;
CREATE INDEX users_by_claimed_email ON users (claimed_email, created_at) WHERE claimed_email IS NOT NULL;
-- The address before the last change, whose owner can take the change back until then.
ALTER TABLE users ADD COLUMN former_email TEXT;
ALTER TABLE users ADD COLUMN former_email_until BIGINT;

-- Whether those who have not confirmed their address may make listings and rooms.
ALTER TABLE settings ADD COLUMN can_publish_unconfirmed BIGINT NOT NULL DEFAULT 0;

-- When an API token ends; nothing: when it is revoked.
ALTER TABLE tokens ADD COLUMN expires_at BIGINT;
