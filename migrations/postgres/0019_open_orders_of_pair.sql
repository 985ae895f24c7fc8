-- The open orders of a guest and a listing: the conversation about the listing goes on as that of the first one, so its
-- `kind` says what it began with, and `order_id` what it is about now.
CREATE INDEX orders_open_of_pair ON orders (guest_id, listing_id, created_at DESC, id DESC)
    WHERE status IN ('pending', 'accepted', 'in_progress');
