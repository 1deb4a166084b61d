-- The noticeboard. Times are seconds since 1970-01-01T00:00:00 UTC.

CREATE TABLE notice (
  id         TEXT    NOT NULL PRIMARY KEY,
  text       TEXT    NOT NULL,
  color      TEXT,
  member_id  TEXT    REFERENCES member (id) ON DELETE SET NULL,  -- who wrote it
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  version    INTEGER NOT NULL DEFAULT 1,
  deleted_at INTEGER                       -- restorable for 30 days
) STRICT, WITHOUT ROWID;
CREATE INDEX notice_by_member ON notice (member_id);
