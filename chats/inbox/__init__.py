"""How Connect reaches us: SNS posts to the webhook."""
