-- What is still to be told of a contact, and where: an event as text; a record and a transcript are made when told.
-- Times are the machine's, as those of deliveries.
CREATE TABLE IF NOT EXISTS untold (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  what TEXT NOT NULL CHECK (what IN ('events', 'records', 'transcripts')),
  contact_id TEXT NOT NULL REFERENCES contact (id),
  body TEXT,
  since INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS untold_next_at ON untold (next_at);
CREATE INDEX IF NOT EXISTS untold_of_contact ON untold (contact_id, what);
