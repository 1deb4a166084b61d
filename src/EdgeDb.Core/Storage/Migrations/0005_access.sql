-- Who sees a calendar: whoever belongs to the house, its adults, or the members whom it concerns.

ALTER TABLE calendar ADD COLUMN access TEXT NOT NULL DEFAULT 'household' CHECK (access IN ('household', 'adults', 'private'));

-- Who saw a deleted event: its calendar may be gone when it is restored. Until now everybody saw everything.
ALTER TABLE event_trash ADD COLUMN access TEXT NOT NULL DEFAULT 'household';
ALTER TABLE event_trash ADD COLUMN members TEXT NOT NULL DEFAULT '';   -- ids, with spaces between
ALTER TABLE event_trash ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
