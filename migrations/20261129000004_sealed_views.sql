-- Personal values of accounts, sealed with the key of the person. The columns in plain text are those of the release
-- before: empty as soon as the read model was rebuilt.
ALTER TABLE account_view ADD COLUMN email_sealed bytea;
ALTER TABLE account_view ADD COLUMN name_sealed bytea;
ALTER TABLE account_view ADD COLUMN billing_email_sealed bytea;
ALTER TABLE account_view ADD COLUMN email_pending_sealed bytea;
ALTER TABLE account_view ADD COLUMN phone_sealed bytea;
