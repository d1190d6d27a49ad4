-- From where a session was begun, for its holder to recognise it: sealed with the key of the account's activity, and
-- unreadable once that is destroyed.
ALTER TABLE session ADD COLUMN sealed_device bytea;
-- The page of an account's sessions, newest first: their ids sort by time.
CREATE INDEX session_page ON session (account_id, session_id);
