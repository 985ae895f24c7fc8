-- The look of the marketplace's pages: two colours, the shape of corners and a font, with spaces between. Nothing: that of Stoa.
ALTER TABLE settings ADD COLUMN look TEXT;
