-- Keys that seal values in this file, each sealed by the master key, which is not in it.

CREATE TABLE data_key (
  id         INTEGER NOT NULL PRIMARY KEY,  -- never used twice: sealed values name it
  purpose    TEXT    NOT NULL,
  sealed     BLOB    NOT NULL,
  created_at INTEGER NOT NULL,              -- seconds since 1970-01-01T00:00:00 UTC
  retired_at INTEGER                        -- since then it only opens, until nothing names it any more
) STRICT;
-- One a purpose seals.
CREATE UNIQUE INDEX data_key_in_use ON data_key (purpose) WHERE retired_at IS NULL;
