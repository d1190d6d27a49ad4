-- The token of the configuration is told from those that were made on the command line: another value ends it. Those of
-- earlier releases are known by their name.
ALTER TABLE operator_token ADD COLUMN configured boolean NOT NULL DEFAULT false;
UPDATE operator_token SET configured = true WHERE name = 'configured';
ALTER TABLE operator_token ADD COLUMN used_at timestamptz;
