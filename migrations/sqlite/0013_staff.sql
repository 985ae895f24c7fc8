-- The marketplace's staff. Each new name is compared with theirs.

CREATE INDEX staff ON users (id) WHERE rank <> 'member';
