-- How often personal values were taken out of a read model. What was read and opened before that is not folded.
ALTER TABLE projection ADD COLUMN purges bigint NOT NULL DEFAULT 0;
