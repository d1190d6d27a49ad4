-- Privacy requests of all accounts, for the desk: pages by due date, and statistics. The read model fills the columns;
-- of requests from before they are null until `projections rebuild privacy_request`.
-- When it was completed; null while it is open, and where it was cancelled.
ALTER TABLE privacy_request_view ADD COLUMN completed_at timestamptz;
-- Since when its work is stalled; null while it moves.
ALTER TABLE privacy_request_view ADD COLUMN stalled_since timestamptz;

-- A page is merged from one range of these for each state and kind, so that no filter makes it read what it does not show.
CREATE INDEX privacy_request_view_due ON privacy_request_view (state, kind, due_at, request_id);
CREATE INDEX privacy_request_view_stalled ON privacy_request_view (state, kind, due_at, request_id)
    WHERE stalled_since IS NOT NULL;
CREATE INDEX privacy_request_view_received ON privacy_request_view (received_at, kind);
CREATE INDEX privacy_request_view_completed ON privacy_request_view (completed_at, kind, received_at)
    WHERE completed_at IS NOT NULL;
