-- Whom an event concerns when not its calendar's members. Not in the text of the event, as a person who is erased may not stay in texts.

CREATE TABLE event_member (
  event_key INTEGER NOT NULL REFERENCES event (key) ON DELETE CASCADE,
  component TEXT    NOT NULL,                  -- '' of the event itself; of a changed occurrence its RECURRENCE-ID without a zone
  member_id TEXT    NOT NULL REFERENCES member (id) ON DELETE CASCADE,
  PRIMARY KEY (event_key, component, member_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_member_by_member ON event_member (member_id);

-- Under which its rows of event_member are; null when it had none, so that they are looked for where there are some only.
ALTER TABLE event_part ADD COLUMN component TEXT;
