-- Users, listings and orders that a marketplace sends by its own ids (decision 48). A listing or an order of such a marketplace has
-- `external_id`, the issuer of its embed keys and its own id with a space between; a user has an identity.

-- How new what was last applied is. One row stays for each id that was ever sent, so that what comes late is known to be late.
CREATE TABLE external_records (
    key        BLOB PRIMARY KEY,           -- SHA-256 of the kind, the issuer and the id
    changed_at INTEGER NOT NULL            -- by the sender's clock
) STRICT, WITHOUT ROWID;

-- The marketplace's own page. Of an order it says that its status comes from there.
ALTER TABLE listings ADD COLUMN url TEXT;
ALTER TABLE orders ADD COLUMN url TEXT;
