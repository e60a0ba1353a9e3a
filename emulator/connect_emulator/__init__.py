"""Amazon Connect chat on your machine: the wire, the contacts, the flows and the notifications, without an AWS account."""
