-- The household: settings, members, calendars, feeds, events and their occurrences.
-- Times are integers: seconds since 1970-01-01T00:00:00, of UTC unless a column says otherwise.

CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
  id      TEXT    NOT NULL PRIMARY KEY,
  name    TEXT    NOT NULL,
  color   TEXT    NOT NULL,
  sample  INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar (
  id      TEXT    NOT NULL PRIMARY KEY,
  name    TEXT    NOT NULL,
  color   TEXT    NOT NULL,
  kind    TEXT    NOT NULL CHECK (kind IN ('local', 'feed')),
  sample  INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1,
  removal INTEGER NOT NULL DEFAULT 0           -- not 0: gone for everybody, and its events are being deleted; 2: into the trash
) STRICT, WITHOUT ROWID;

CREATE TABLE calendar_member (
  calendar_id TEXT NOT NULL REFERENCES calendar (id) ON DELETE CASCADE,
  member_id   TEXT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  PRIMARY KEY (calendar_id, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX calendar_member_by_member ON calendar_member (member_id);

-- VTIMEZONE components whose name no zone database knows: without them the events that use them could not be placed.
CREATE TABLE calendar_zone (
  calendar_id TEXT NOT NULL REFERENCES calendar (id) ON DELETE CASCADE,
  tzid        TEXT NOT NULL,
  ics         TEXT NOT NULL,
  PRIMARY KEY (calendar_id, tzid)
) STRICT, WITHOUT ROWID;

CREATE TABLE feed (
  id              TEXT    NOT NULL PRIMARY KEY,
  calendar_id     TEXT    NOT NULL UNIQUE REFERENCES calendar (id) ON DELETE CASCADE,
  address         TEXT    NOT NULL,            -- may hold a secret: never logged, never answered unmasked
  etag            TEXT,
  last_modified   TEXT,
  content_hash    BLOB,                        -- SHA-256 of the body that was last applied whole
  failures        INTEGER NOT NULL DEFAULT 0,  -- in a row
  last_attempt_at INTEGER,
  last_success_at INTEGER,
  next_attempt_at INTEGER NOT NULL,
  asked_interval  INTEGER,                     -- seconds between two requests that the calendar asks for
  error_reason    TEXT,
  error_detail    TEXT,
  event_count     INTEGER NOT NULL DEFAULT 0,
  skipped_count   INTEGER NOT NULL DEFAULT 0,
  version         INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_by_next_attempt ON feed (next_attempt_at);

CREATE TABLE feed_problem (
  feed_id   TEXT    NOT NULL REFERENCES feed (id) ON DELETE CASCADE,
  ordinal   INTEGER NOT NULL,
  line      INTEGER NOT NULL,
  component TEXT    NOT NULL,
  uid       TEXT,
  property  TEXT    NOT NULL,
  reason    TEXT    NOT NULL,
  PRIMARY KEY (feed_id, ordinal)
) STRICT, WITHOUT ROWID;

-- One row per UID and calendar: a single event or a whole series with its overrides.
CREATE TABLE event (
  key         INTEGER PRIMARY KEY,
  id          TEXT    NOT NULL UNIQUE,
  calendar_id TEXT    NOT NULL REFERENCES calendar (id) ON DELETE CASCADE,
  uid         TEXT    NOT NULL,
  -- The copy of this event that is shown when several calendars hold it; the row's own key when it is that copy.
  primary_key INTEGER NOT NULL,
  summary     TEXT    NOT NULL,
  sequence    INTEGER NOT NULL,
  stamp       INTEGER NOT NULL,
  kind        INTEGER NOT NULL,                -- of starts_at and ends_at: 0 UTC seconds, 1 and 2 wall-clock seconds
  starts_at   INTEGER NOT NULL,
  ends_at     INTEGER,                         -- null: without end
  recurring   INTEGER NOT NULL,
  dense       INTEGER NOT NULL DEFAULT 0,      -- 1: too many occurrences to keep any; expanded for each answer
  source_hash BLOB    NOT NULL,                -- SHA-256 of the source without DTSTAMP, which some servers renew at every request
  version     INTEGER NOT NULL DEFAULT 1,
  UNIQUE (calendar_id, uid)
) STRICT;
CREATE INDEX event_by_uid ON event (uid);
CREATE INDEX event_copy ON event (primary_key) WHERE primary_key <> key;
CREATE INDEX event_recurring ON event (starts_at) WHERE recurring = 1;
CREATE INDEX event_dense ON event (starts_at) WHERE dense = 1;

-- Apart from event, so that a scan of events does not read their long texts.
CREATE TABLE event_source (
  event_key INTEGER PRIMARY KEY REFERENCES event (key) ON DELETE CASCADE,
  ics       TEXT NOT NULL                      -- the VEVENTs as received or edited
) STRICT;

-- What an occurrence shows: one row for the master, one for each override. It repeats what never changes of its event, so
-- that an occurrence is shown from two rows instead of three: a month of a large household is hundreds of them.
CREATE TABLE event_part (
  key         INTEGER PRIMARY KEY,
  event_key   INTEGER NOT NULL REFERENCES event (key) ON DELETE CASCADE,
  event_id    TEXT    NOT NULL,
  calendar_id TEXT    NOT NULL,
  uid         TEXT    NOT NULL,
  summary     TEXT    NOT NULL,
  location    TEXT,
  zone        TEXT,
  color       TEXT,
  status      INTEGER NOT NULL,
  private     INTEGER NOT NULL
) STRICT;
CREATE INDEX event_part_by_event ON event_part (event_key);

-- Clustered by start: a window is one range scan.
CREATE TABLE occurrence (
  start           INTEGER NOT NULL,            -- UTC seconds for kind 0, wall-clock seconds for kinds 1 (floating) and 2 (all day)
  event_key       INTEGER NOT NULL REFERENCES event (key) ON DELETE CASCADE,
  recurrence      INTEGER NOT NULL,            -- original start, 0 without recurrence
  recurrence_kind INTEGER NOT NULL,            -- kind of recurrence, -1 without
  end             INTEGER NOT NULL,
  kind            INTEGER NOT NULL,
  hidden          INTEGER NOT NULL,            -- 1 while another copy of the event is shown instead
  part_key        INTEGER NOT NULL,            -- of event_part; no foreign key: it would cost a second index of this largest table
  PRIMARY KEY (start, event_key, recurrence)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_by_event ON occurrence (event_key);
-- The few that last longer than a week are found by their end; all others start at most a week before the window.
CREATE INDEX occurrence_long ON occurrence (end, start) WHERE end - start > 604800;

-- Deleted local events, restorable for 30 days.
CREATE TABLE event_trash (
  id          TEXT    NOT NULL PRIMARY KEY,
  calendar_id TEXT    NOT NULL,
  uid         TEXT    NOT NULL,
  ics         TEXT    NOT NULL,
  deleted_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX event_trash_by_age ON event_trash (deleted_at);
