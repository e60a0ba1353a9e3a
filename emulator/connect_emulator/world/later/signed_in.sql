-- An agent who has signed in at a CCP: `token` is the SHA-256 of what the CCP's page holds.
CREATE TABLE IF NOT EXISTS ccp_session (
  token TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
-- Who an agent will be in a chat that is offered: a page may make its media controller while the contact rings.
CREATE TABLE IF NOT EXISTS reserved_participant (
  seq INTEGER PRIMARY KEY REFERENCES agent_contact (seq),
  participant_id TEXT NOT NULL,
  token TEXT NOT NULL,
  connection_token TEXT NOT NULL
);
-- The status an agent will be in when nothing is on the CCP any more.
CREATE TABLE IF NOT EXISTS next_status (
  user_id TEXT PRIMARY KEY,
  status_id TEXT NOT NULL,
  since INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ccp_preferences (user_id TEXT PRIMARY KEY, preferences TEXT NOT NULL) WITHOUT ROWID;
