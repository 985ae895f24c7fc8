-- What hosts offer.

CREATE TABLE listings (
    id            UUID PRIMARY KEY,
    external_id   TEXT UNIQUE,
    host_id       UUID NOT NULL REFERENCES users (id),
    kind          TEXT NOT NULL,
    title         TEXT NOT NULL,
    place         TEXT NOT NULL,
    folded        TEXT NOT NULL,     -- title and place in lower case, for search
    description   TEXT NOT NULL,
    price_cents   BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    paused_at     BIGINT
);

CREATE INDEX listings_newest ON listings (created_at DESC, id DESC) WHERE paused_at IS NULL;
CREATE INDEX listings_of_kind ON listings (kind, created_at DESC, id DESC) WHERE paused_at IS NULL;
CREATE INDEX listings_of_host ON listings (host_id, created_at DESC);
