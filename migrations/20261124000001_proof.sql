-- What proofs over the log are made of. `log_tile`, `stream_head`, `stream_bucket` and `log_tree` are a cache of
-- what follows from `log` and `events`: they may be emptied and are filled again.

-- Roots of complete subtrees of the Merkle tree over log.leaf, as tiles of height 8 (C2SP tlog-tiles): level n
-- holds those of 256^n leaves, 256 to a tile. Level 0 is log.leaf itself. The last tile of a level grows.
CREATE TABLE log_tile (
    level      smallint NOT NULL CHECK (level >= 1),
    tile_index bigint   NOT NULL CHECK (tile_index >= 0),
    hashes     bytea    NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    PRIMARY KEY (level, tile_index)
);
-- Hashes cannot be compressed.
ALTER TABLE log_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- How far each stream has come: the hash over all its leaves.
CREATE TABLE stream_head (
    key           bytea  PRIMARY KEY CHECK (length(key) = 32),
    last_sequence bigint NOT NULL,
    head          bytea  NOT NULL CHECK (length(head) = 32)
);
-- The hash over the streams whose keys begin with two given bytes.
CREATE TABLE stream_bucket (
    bucket integer PRIMARY KEY CHECK (bucket BETWEEN 0 AND 65535),
    hash   bytea   NOT NULL CHECK (length(hash) = 32)
);
-- The position up to which tiles and heads are made.
CREATE TABLE log_tree (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    size bigint  NOT NULL
);
INSERT INTO log_tree (size) VALUES (0);

-- Every checkpoint that was ever signed; the same notes lie in the object store.
CREATE TABLE checkpoint_note (
    size         bigint PRIMARY KEY,
    note         text   NOT NULL,
    published_at timestamptz
);
CREATE INDEX checkpoint_note_unpublished ON checkpoint_note (size) WHERE published_at IS NULL;

-- Events whose ciphertext gave way to its digest, after all keys to it were destroyed.
CREATE TABLE pruned_event (
    event_id  uuid        PRIMARY KEY,
    request   text        NOT NULL,
    pruned_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A stored text with the digest of each ciphertext in its place. Leaves are made of it, so they stay.
CREATE FUNCTION event_reduce(stored text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    part text[];
BEGIN
    FOR part IN SELECT regexp_matches(stored, '(\{"\$enc":\{)"c":"([^"\\]*)"(,"k":"[^"\\]*"\}\})', 'g') LOOP
        stored := replace(stored, part[1] || '"c":"' || part[2] || '"' || part[3],
            part[1] || '"h":"' || rtrim(encode(sha256(convert_to(part[2], 'UTF8')), 'base64'), '=') || '"' || part[3]);
    END LOOP;
    RETURN stored;
END $$;

-- Whether every key that a stored text names was destroyed.
CREATE FUNCTION event_is_erased(stored text) RETURNS boolean LANGUAGE sql STABLE STRICT AS $$
    SELECT NOT EXISTS (
        SELECT FROM regexp_matches(stored, '\{"\$enc":\{"[ch]":"[^"\\]*","k":"([^"\\]*)"\}\}', 'g') AS found (part)
        LEFT JOIN subject_key ON key_id = part[1]::uuid
        WHERE destroyed_at IS NULL OR wrapped IS NOT NULL)
$$;

-- The one change an event may ever see. No setting lifts this: the trigger looks at the change itself.
CREATE FUNCTION event_refuse_but_prune() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed events%ROWTYPE := OLD;
BEGIN
    allowed.payload := event_reduce(OLD.payload::text)::json;
    allowed.metadata := event_reduce(OLD.metadata::text)::json;
    IF NEW *= allowed AND event_is_erased(OLD.payload::text) AND event_is_erased(OLD.metadata::text)
        AND EXISTS (SELECT FROM pruned_event WHERE event_id = OLD.event_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'table events is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

DROP TRIGGER events_append_only ON events;
CREATE TRIGGER events_append_only BEFORE DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER events_prune_only BEFORE UPDATE ON events
    FOR EACH ROW EXECUTE FUNCTION event_refuse_but_prune();
CREATE TRIGGER pruned_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pruned_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Prunes an event on behalf of a request. False when nothing in it is sealed, or it was pruned before. Runs with
-- the rights of its owner, so that nobody else needs the right to update events.
CREATE FUNCTION event_prune(event uuid, request text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path FROM CURRENT AS $$
DECLARE
    place record;
BEGIN
    SELECT l.era, l.xid, l.ord INTO place FROM log l JOIN events e USING (era, xid, ord)
    WHERE l.event_id = event AND (e.payload::text, e.metadata::text)
        IS DISTINCT FROM (event_reduce(e.payload::text), event_reduce(e.metadata::text));
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO pruned_event (event_id, request) VALUES (event, event_prune.request) ON CONFLICT DO NOTHING;
    UPDATE events SET payload = event_reduce(payload::text)::json, metadata = event_reduce(metadata::text)::json
    WHERE (era, xid, ord) = (place.era, place.xid, place.ord);
    RETURN true;
END $$;
