-- When each of the two switches was last turned, and under which privacy policy: {"usage_logging": {"at": …, "policy_version": …}}.
-- Null, and without a switch, where that was before the column was.
ALTER TABLE account_view ADD COLUMN decisions jsonb;
