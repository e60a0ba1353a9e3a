"""What one agent has in front of them: their stream, the contact in view, messages, files, events, drafts and notes."""
