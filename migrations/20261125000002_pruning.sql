-- When the events that a destroyed key had sealed were pruned: looked for once for each key.
ALTER TABLE subject_key ADD COLUMN pruned_at timestamptz;

-- Runs with the rights of its owner, so not everybody may call it. Where the program connects as another role than
-- the one that migrates: GRANT EXECUTE ON FUNCTION event_prune(uuid, text) TO that role.
REVOKE EXECUTE ON FUNCTION event_prune(uuid, text) FROM PUBLIC;
