"""What supervisors see live."""
