-- What was done, by whom: a chain. Each entry's hash covers the one before it, so that none is changed, taken out or put in unnoticed.
-- What names a person is in audit_detail only, sealed with that person's key; the chain holds its hash, and so outlives it.

CREATE TABLE audit_entry (
  sequence INTEGER NOT NULL PRIMARY KEY,   -- without gaps
  at       INTEGER NOT NULL,               -- seconds since 1970-01-01T00:00:00 UTC by the wall clock, which may jump
  boot     INTEGER NOT NULL,               -- starts of the service before it: an order that no clock can disturb
  kind     TEXT    NOT NULL,
  actor    TEXT    NOT NULL,               -- service, console, anybody, account, device or token; which one is in the detail
  personal INTEGER NOT NULL,               -- details that are a person's, and may be erased: 1 who, 2 what
  who      BLOB,                           -- SHA-256 of the detail; null where the actor says it all
  what     BLOB    NOT NULL,
  hash     BLOB    NOT NULL
) STRICT;
CREATE INDEX audit_warning ON audit_entry (sequence) WHERE kind IN ('warning', 'acknowledged');

CREATE TABLE audit_detail (
  sequence INTEGER NOT NULL,
  part     INTEGER NOT NULL,               -- 1 who, 2 what
  owner    TEXT,                           -- whose key seals it; null: a salt of 16 bytes and the text
  value    BLOB    NOT NULL,
  PRIMARY KEY (sequence, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_detail_by_owner ON audit_detail (owner, sequence) WHERE owner IS NOT NULL;

-- Where the chain begins since old entries were dropped. An entry of kind checkpoint says the same.
CREATE TABLE audit_start (
  id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  sequence INTEGER NOT NULL,
  previous BLOB    NOT NULL
) STRICT;

-- Against mistakes, also our own: whoever can write the file can drop a trigger, and is found out by the chain.
CREATE TRIGGER audit_entry_stays_as_it_is BEFORE UPDATE ON audit_entry BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_detail_stays_as_it_is BEFORE UPDATE ON audit_detail BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry
  WHEN NOT EXISTS (SELECT 1 FROM audit_start WHERE sequence > OLD.sequence)
  BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_detail_stays BEFORE DELETE ON audit_detail
  WHEN OLD.owner IS NULL AND NOT EXISTS (SELECT 1 FROM audit_start WHERE sequence > OLD.sequence)
  BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
