-- Events of usage that told no time that can be: `occurred_at` is when they arrived. A repeat arrives at another time, so it
-- is known by what was sent: the same name, insert id and time, whatever that time was. The hash keeps the entry small.
ALTER TABLE usage_event ADD COLUMN at_arrival boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX usage_event_at_arrival ON usage_event
    (project_id, distinct_id, name, insert_id, hashtextextended(coalesce(properties ->> 'time', ''), 0))
    WHERE at_arrival;
