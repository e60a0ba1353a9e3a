-- Times are milliseconds; a NULL deadline is one that no longer runs.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE contact (
  id TEXT PRIMARY KEY,
  initial_id TEXT NOT NULL,
  previous_id TEXT,
  related_id TEXT,
  initiation_method TEXT NOT NULL,
  flow_id TEXT NOT NULL,
  customer_id TEXT,
  attributes TEXT NOT NULL,
  segment_attributes TEXT NOT NULL,
  supported TEXT NOT NULL,
  initial_message TEXT,
  hooks TEXT NOT NULL,
  queue_id TEXT,
  queued_at INTEGER,
  initiated_at INTEGER NOT NULL,
  connected_at INTEGER,
  updated_at INTEGER NOT NULL,
  connect_by INTEGER,
  expires_at INTEGER,
  spoken_at INTEGER NOT NULL,
  ended_at INTEGER,
  end_reason TEXT
) WITHOUT ROWID;
CREATE INDEX contact_chain ON contact (initial_id);
CREATE INDEX contact_connect_by ON contact (connect_by) WHERE connect_by IS NOT NULL;
CREATE INDEX contact_expires_at ON contact (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE participant (
  id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  role TEXT NOT NULL CHECK (role IN ('CUSTOMER', 'AGENT', 'CUSTOM_BOT', 'SYSTEM', 'SUPERVISOR')),
  display_name TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('CREATED', 'CONNECTING', 'CONNECTED', 'LEFT')),
  created_at INTEGER NOT NULL,
  connect_by INTEGER,
  left_at INTEGER
) WITHOUT ROWID;
CREATE INDEX participant_contact ON participant (contact_id);
CREATE INDEX participant_connect_by ON participant (connect_by) WHERE connect_by IS NOT NULL;

CREATE TABLE connection (
  token TEXT PRIMARY KEY,
  participant_id TEXT NOT NULL REFERENCES participant (id),
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE ticket (
  token TEXT PRIMARY KEY,
  participant_id TEXT NOT NULL REFERENCES participant (id),
  connect_by INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE item (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  initial_id TEXT NOT NULL,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  absolute_time INTEGER NOT NULL,
  type TEXT NOT NULL,
  content_type TEXT NOT NULL,
  content TEXT,
  participant_id TEXT,
  role TEXT,
  display_name TEXT,
  UNIQUE (initial_id, absolute_time)
);
CREATE INDEX item_chain ON item (initial_id, seq);

CREATE TABLE receipt (
  item_id TEXT NOT NULL REFERENCES item (id),
  participant_id TEXT NOT NULL,
  delivered_at INTEGER,
  read_at INTEGER,
  PRIMARY KEY (item_id, participant_id)
) WITHOUT ROWID;

-- What a ClientToken was answered: kept with the change it stands for, so that a retry after a crash finds it.
CREATE TABLE answered (
  scope TEXT NOT NULL,
  client_token TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (scope, client_token)
) WITHOUT ROWID;

CREATE TABLE streaming (
  id TEXT PRIMARY KEY,
  contact_id TEXT NOT NULL REFERENCES contact (id),
  topic_arn TEXT NOT NULL,
  UNIQUE (contact_id, topic_arn)
) WITHOUT ROWID;

CREATE TABLE subscription (
  arn TEXT PRIMARY KEY,
  topic_arn TEXT NOT NULL,
  protocol TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  token TEXT NOT NULL UNIQUE,
  confirmed INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic_arn, endpoint)
) WITHOUT ROWID;

-- Times of deliveries are the machine's, not the world's: see clock.Clock.
CREATE TABLE delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL,
  subscription_arn TEXT NOT NULL REFERENCES subscription (arn) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('Notification', 'SubscriptionConfirmation')),
  message TEXT NOT NULL,
  attributes TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  state TEXT NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DELIVERED', 'FAILED')),
  note TEXT
);
CREATE INDEX delivery_next_at ON delivery (next_at) WHERE next_at IS NOT NULL;

-- Where a contact stands in its flow. CALLING: a Lambda is being asked; WAITING: until `deadline` or one of `events`.
CREATE TABLE execution (
  contact_id TEXT PRIMARY KEY REFERENCES contact (id),
  flow_id TEXT NOT NULL,
  action_id TEXT NOT NULL,
  step INTEGER NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('CALLING', 'WAITING')),
  events TEXT NOT NULL,
  deadline INTEGER,
  loops TEXT NOT NULL,
  external TEXT NOT NULL,
  flow_attributes TEXT NOT NULL,
  call TEXT
) WITHOUT ROWID;
CREATE INDEX execution_deadline ON execution (deadline) WHERE deadline IS NOT NULL;
CREATE INDEX execution_calling ON execution (phase) WHERE phase = 'CALLING';
