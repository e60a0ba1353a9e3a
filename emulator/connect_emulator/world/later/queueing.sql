-- A contact in a queue, or one that was: `left_at` says since when it is no longer. queue_id: see world/queueing.py.
CREATE TABLE IF NOT EXISTS queued (
  contact_id TEXT PRIMARY KEY REFERENCES contact (id),
  queue_id TEXT NOT NULL,
  entered_at INTEGER NOT NULL,
  left_at INTEGER,
  answered INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS queued_now ON queued (queue_id) WHERE left_at IS NULL;

-- What "change routing priority / age" says of a contact, in a queue or before.
CREATE TABLE IF NOT EXISTS routing (
  contact_id TEXT PRIMARY KEY REFERENCES contact (id),
  priority INTEGER NOT NULL,
  older_by INTEGER NOT NULL
) WITHOUT ROWID;

-- A contact as an agent's CCP shows it, from the offer until it is cleared.
CREATE TABLE IF NOT EXISTS agent_contact (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  user_id TEXT NOT NULL,
  participant_id TEXT REFERENCES participant (id),
  state TEXT NOT NULL CHECK (state IN ('CONNECTING', 'CONNECTED', 'MISSED', 'REJECTED', 'ENDED')),
  answer_by INTEGER,
  offered_at INTEGER NOT NULL,
  connected_at INTEGER,
  changed_at INTEGER NOT NULL,
  cleared_at INTEGER
);
CREATE INDEX IF NOT EXISTS agent_contact_contact ON agent_contact (contact_id);
CREATE INDEX IF NOT EXISTS agent_contact_user ON agent_contact (user_id) WHERE cleared_at IS NULL;
CREATE INDEX IF NOT EXISTS agent_contact_participant ON agent_contact (participant_id);
CREATE INDEX IF NOT EXISTS agent_contact_answer_by ON agent_contact (answer_by) WHERE answer_by IS NOT NULL;

-- In which status an agent is; without a row, in the first that is OFFLINE.
CREATE TABLE IF NOT EXISTS agent_status (
  user_id TEXT PRIMARY KEY,
  status_id TEXT NOT NULL,
  since INTEGER NOT NULL
) WITHOUT ROWID;
