-- What UpdateContact says of one contact.
CREATE TABLE IF NOT EXISTS contact_detail (
  contact_id TEXT PRIMARY KEY REFERENCES contact (id),
  name TEXT,
  description TEXT,
  contact_references TEXT NOT NULL DEFAULT '{}'
) WITHOUT ROWID;

-- What holds for a whole chat, all its contacts: kept with its first.
CREATE TABLE IF NOT EXISTS chat_detail (
  initial_id TEXT PRIMARY KEY REFERENCES contact (id),
  role_config TEXT NOT NULL DEFAULT '{}',
  response_mode TEXT,
  disconnect_on_customer_exit TEXT NOT NULL DEFAULT '[]'
) WITHOUT ROWID;

-- A chat that goes on from a past one, at one of its contacts.
CREATE TABLE IF NOT EXISTS continuation (
  initial_id TEXT PRIMARY KEY REFERENCES contact (id),
  from_id TEXT NOT NULL REFERENCES contact (id)
) WITHOUT ROWID;
