-- What the actions of a flow have left for references beside $.External, until the flow ends.
CREATE TABLE IF NOT EXISTS execution_result (
  contact_id TEXT PRIMARY KEY REFERENCES execution (contact_id) ON DELETE CASCADE,
  results TEXT NOT NULL
) WITHOUT ROWID;

-- Every action a contact has come to, for people who look.
CREATE TABLE IF NOT EXISTS path (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  flow_id TEXT NOT NULL,
  action_id TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS path_contact ON path (contact_id, seq);
