-- The marketplace's staff, who are few among all users. Each new name is compared with theirs, and a new order on their
-- board notifies each of them.

CREATE INDEX staff ON users (id) WHERE rank <> 'member';
