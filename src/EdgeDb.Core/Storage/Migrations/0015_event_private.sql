-- Whether any component of an event is private. Asked of event_part until now, which has those only that occur within the window: of a series that ended before it or begins after it,
-- and of one with too many occurrences to keep any, the text was given to people who may not see it.

ALTER TABLE event ADD COLUMN private INTEGER NOT NULL DEFAULT 0;

-- Of what is there already only the text knows. Every CLASS counts that does not plainly say PUBLIC, until the event is written again.
UPDATE event SET private = 1 WHERE key IN (
  SELECT event_key FROM (
    SELECT event_key, upper(replace(replace(replace(ics, char(13), ''), char(10) || ' ', ''), char(10) || char(9), '')) AS text FROM event_source)
  WHERE instr(replace(text, char(10) || 'CLASS:PUBLIC' || char(10), char(10)), char(10) || 'CLASS:') > 0 OR instr(text, char(10) || 'CLASS;') > 0);

UPDATE event_trash SET private = 1 WHERE id IN (
  SELECT id FROM (
    SELECT id, upper(replace(replace(replace(ics, char(13), ''), char(10) || ' ', ''), char(10) || char(9), '')) AS text FROM event_trash)
  WHERE instr(replace(text, char(10) || 'CLASS:PUBLIC' || char(10), char(10)), char(10) || 'CLASS:') > 0 OR instr(text, char(10) || 'CLASS;') > 0);

CREATE INDEX event_private ON event (calendar_id) WHERE private = 1;
