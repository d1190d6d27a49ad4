-- The language and the time zone that an account holder chose, sealed with the key of the person; null where neither was.
ALTER TABLE account_view ADD COLUMN language_sealed bytea;
ALTER TABLE account_view ADD COLUMN time_zone_sealed bytea;
