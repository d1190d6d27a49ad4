-- The read model of organizations shows which demand a second factor of their members. Before this release none did.
ALTER TABLE organization_view ADD COLUMN second_factor_demanded boolean NOT NULL DEFAULT false;
