-- Lists of tasks: calendars that hold VTODOs. Times are seconds since 1970-01-01T00:00:00 UTC.

ALTER TABLE calendar ADD COLUMN holds TEXT NOT NULL DEFAULT 'events' CHECK (holds IN ('events', 'tasks'));

-- A column is what is filtered or ordered by, and what must not be in the text: whom a task is for, as a person who is erased may not stay in texts, and
-- its place, which changes without the task.
CREATE TABLE task (
  key          INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  calendar_id  TEXT    NOT NULL,               -- no foreign key: a deleted task can be restored after its list is gone
  uid          TEXT    NOT NULL,
  member_id    TEXT    REFERENCES member (id) ON DELETE SET NULL,
  completed_at INTEGER,                        -- null: open
  position     INTEGER NOT NULL,               -- as X-APPLE-SORT-ORDER, ascending
  private      INTEGER NOT NULL,
  version      INTEGER NOT NULL DEFAULT 1,
  deleted_at   INTEGER,                        -- restorable for 30 days
  access       TEXT,                           -- who saw its list, since that is gone
  members      TEXT,                           -- ids of its list's members, with spaces between, since that is gone
  ics          TEXT    NOT NULL                -- the VTODOs as received or edited
) STRICT;
CREATE UNIQUE INDEX task_by_uid ON task (calendar_id, uid) WHERE deleted_at IS NULL;
CREATE INDEX task_in_order ON task (calendar_id, position, key) WHERE deleted_at IS NULL;
CREATE INDEX task_by_member ON task (member_id);
CREATE INDEX task_deleted ON task (deleted_at) WHERE deleted_at IS NOT NULL;

-- Who did it and when; the newest 50 of each task.
CREATE TABLE task_done (
  key       INTEGER PRIMARY KEY,
  task_key  INTEGER NOT NULL REFERENCES task (key) ON DELETE CASCADE,
  due       TEXT,                              -- of the time that was done, as the API writes it; null for none
  done_at   INTEGER NOT NULL,
  member_id TEXT    REFERENCES member (id) ON DELETE SET NULL,
  before    TEXT                               -- a VTODO of the properties that the tick changed; null since the task was planned anew
) STRICT;
CREATE INDEX task_done_by_task ON task_done (task_key, key);
CREATE INDEX task_done_by_member ON task_done (member_id);
