-- What SetTopicAttributes and SetSubscriptionAttributes said, by the ARN of the topic or of the subscription.
CREATE TABLE IF NOT EXISTS sns_attribute (
  arn TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (arn, name)
) WITHOUT ROWID;
