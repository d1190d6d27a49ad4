-- Until when usage was received that a request had deleted first: a reading again looks for what is from before. Null for
-- requests of earlier releases.
ALTER TABLE usage_erasure ADD COLUMN until timestamptz;
