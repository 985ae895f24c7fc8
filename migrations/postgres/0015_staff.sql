-- The operators, who are few among all users: a new order on their board notifies each of them.

CREATE INDEX users_staff ON users (id) WHERE rank <> 'member';
