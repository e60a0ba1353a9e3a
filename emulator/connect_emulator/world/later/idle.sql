-- A timer that runs for one participant of a chat; `due` says what happens at `due_at`. Both NULL: idle, and nothing more.
CREATE TABLE IF NOT EXISTS idle_timer (
  participant_id TEXT PRIMARY KEY REFERENCES participant (id),
  initial_id TEXT NOT NULL,
  idle_after INTEGER,
  disconnect_after INTEGER,
  idle INTEGER NOT NULL DEFAULT 0,
  due TEXT CHECK (due IN ('IDLE', 'DISCONNECT_NONCUSTOMER')),
  due_at INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS idle_timer_due ON idle_timer (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS idle_timer_chat ON idle_timer (initial_id);
