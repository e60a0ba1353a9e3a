-- Who may sign; with no row here, anybody. A NULL policy allows everything.
CREATE TABLE IF NOT EXISTS access_key (id TEXT PRIMARY KEY, secret TEXT NOT NULL, policy TEXT) WITHOUT ROWID;
