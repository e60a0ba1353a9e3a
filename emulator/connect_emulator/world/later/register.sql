-- The resources of the instance; `kind` is the word their ARNs have: contact-flow, queue, agent, …
CREATE TABLE IF NOT EXISTS resource (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  modified_at INTEGER NOT NULL,
  UNIQUE (kind, id),
  UNIQUE (kind, name)
);
