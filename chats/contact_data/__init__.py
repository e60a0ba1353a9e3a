"""What Connect knows of a contact beside its transcript: attributes and references."""
