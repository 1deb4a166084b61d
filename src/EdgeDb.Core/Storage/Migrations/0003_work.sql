-- Background work that was promised to somebody and that nothing else in the file tells: it outlives a restart. A row goes when its work is done.

CREATE TABLE work (
  key      TEXT    NOT NULL PRIMARY KEY,
  kind     TEXT    NOT NULL,
  name     TEXT    NOT NULL,
  payload  TEXT    NOT NULL,
  asked    INTEGER NOT NULL  -- how often: what is asked for again while it runs is not done by that run
) STRICT, WITHOUT ROWID;
