-- What was changed or tried on the settings of connections, newest last. A few rows a day.

CREATE TABLE tuning (
  id         INTEGER NOT NULL PRIMARY KEY,
  at         INTEGER NOT NULL,  -- seconds since 1970-01-01T00:00:00 UTC
  subject    TEXT    NOT NULL,  -- endpoint
  tunable    TEXT    NOT NULL,
  unit       TEXT    NOT NULL,
  value_from REAL    NOT NULL,
  value_to   REAL    NOT NULL,
  configured REAL    NOT NULL,  -- what the configuration gave then
  outcome    TEXT    NOT NULL,
  reason     TEXT    NOT NULL,
  pairs      INTEGER NOT NULL,
  effect     REAL    NOT NULL,
  chance     REAL    NOT NULL
) STRICT;
CREATE INDEX tuning_by_tunable ON tuning (subject, tunable, id);
