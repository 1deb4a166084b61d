-- Reminders: how far from its event an alarm of it comes at most, so that what rings in a few days is found without reading every text. Null: it has none.

ALTER TABLE event ADD COLUMN alarm_lead INTEGER; -- seconds before its first start
ALTER TABLE event ADD COLUMN alarm_lag INTEGER;  -- seconds after its last end

-- Of what is there already only the text knows: a year, which is the most that counts (AlarmTimes.FurthestSeconds), until it is written again.
UPDATE event SET alarm_lead = 31622400, alarm_lag = 31622400
WHERE EXISTS (SELECT 1 FROM event_source s WHERE s.event_key = event.key AND instr(s.ics, 'BEGIN:VALARM') > 0);

CREATE INDEX event_alarm ON event (calendar_id) WHERE alarm_lead IS NOT NULL;
