-- Persons who were erased, by ids that say nothing any more: a restore, a device that was away or a backup must not bring them back. Times are seconds since 1970-01-01T00:00:00 UTC.

CREATE TABLE erasure (
  id              INTEGER NOT NULL PRIMARY KEY,
  person          TEXT    NOT NULL,
  member_id       TEXT,
  subjects        TEXT    NOT NULL,              -- ids with spaces between: whose keys and rows go
  names           BLOB,                          -- sealed with the person's key, which goes last: what lines to look for; null at the end
  replace_backups INTEGER NOT NULL,              -- backups of before name the person outside of their own rows
  asked_at        INTEGER NOT NULL,
  finished_at     INTEGER                        -- null: goes on at the next start
) STRICT;

-- Whose account somebody had, and whose it was before: what was sealed with the key of one that is gone is still theirs.
CREATE TABLE former_subject (
  subject TEXT NOT NULL,
  other   TEXT NOT NULL,
  PRIMARY KEY (subject, other)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER account_changes_member AFTER UPDATE OF member_id ON account WHEN OLD.member_id IS NOT NULL AND OLD.member_id IS NOT NEW.member_id
  BEGIN INSERT OR IGNORE INTO former_subject (subject, other) VALUES (OLD.member_id, OLD.id), (OLD.id, OLD.member_id); END;
CREATE TRIGGER account_ends AFTER DELETE ON account WHEN OLD.member_id IS NOT NULL
  BEGIN INSERT OR IGNORE INTO former_subject (subject, other) VALUES (OLD.member_id, OLD.id); END;
