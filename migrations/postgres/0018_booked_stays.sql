-- Which nights of a listing are taken.
CREATE INDEX orders_booked ON orders (listing_id, ends_on) WHERE status IN ('accepted', 'in_progress');
