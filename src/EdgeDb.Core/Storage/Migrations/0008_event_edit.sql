-- What the newest edits did, each named by whoever asked for it: one whose answer was lost is not done twice when it is asked for again, and it can be undone. One row an event that it touched.

CREATE TABLE event_edit (
  key         INTEGER PRIMARY KEY,
  edit_id     TEXT    NOT NULL,
  request     TEXT    NOT NULL,              -- what was asked for: a name is good for one request
  at          INTEGER NOT NULL,
  event_id    TEXT    NOT NULL,
  calendar_id TEXT    NOT NULL REFERENCES calendar (id) ON DELETE CASCADE,  -- before the edit, of an added event after it
  kind        INTEGER NOT NULL,              -- 0 added, 1 changed, 2 deleted
  version     INTEGER NOT NULL,              -- after the edit, of a deleted event before it
  ics         TEXT,                          -- before the edit, of a changed event; a deleted one is in the trash
  undone      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX event_edit_by_id ON event_edit (edit_id);
CREATE INDEX event_edit_by_calendar ON event_edit (calendar_id);
CREATE INDEX event_edit_by_age ON event_edit (at);

-- A restored event goes on counting, or a version would name two different texts.
ALTER TABLE event_trash ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
