-- A file of a chat. STARTED: a URL to upload to was given; UPLOADED: the bytes are there; SCANNING: completed, and soon
-- APPROVED or REJECTED. The bytes are in a folder beside the state file, under the id.
CREATE TABLE IF NOT EXISTS attachment (
  id TEXT PRIMARY KEY,
  initial_id TEXT NOT NULL,
  participant_id TEXT NOT NULL REFERENCES participant (id),
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('STARTED', 'UPLOADED', 'SCANNING', 'APPROVED', 'REJECTED')),
  upload_by INTEGER NOT NULL,
  scan_at INTEGER,
  item_id TEXT REFERENCES item (id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attachment_chat ON attachment (initial_id);
CREATE INDEX IF NOT EXISTS attachment_item ON attachment (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS attachment_scan ON attachment (scan_at) WHERE scan_at IS NOT NULL;
