-- One way for all mail: notices of privacy requests wait with all other messages. They hold nothing personal, so nothing of
-- them is sealed: what they say is made of the request. A release before this one leaves them alone.
ALTER TABLE outgoing ALTER COLUMN sealed DROP NOT NULL;
ALTER TABLE outgoing ALTER COLUMN key_id DROP NOT NULL;
-- The request whose history they belong to, if it is one's.
ALTER TABLE outgoing ADD COLUMN request_id text;
-- How often they were offered and not taken, and how often nobody knows whether they were: by these they wait longer and longer.
ALTER TABLE outgoing ADD COLUMN tries integer NOT NULL DEFAULT 0;
ALTER TABLE outgoing ADD COLUMN unsure integer NOT NULL DEFAULT 0;
