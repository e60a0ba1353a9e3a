"""How we reach Connect: the sender delivers the outbox, attachment_upload its files."""
