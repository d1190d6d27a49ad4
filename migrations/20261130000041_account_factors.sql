-- The read model of accounts shows which second factors there are. Before this release there was none but the phone.
ALTER TABLE account_view ADD COLUMN authenticator_app boolean NOT NULL DEFAULT false;
ALTER TABLE account_view ADD COLUMN passkeys integer NOT NULL DEFAULT 0;
