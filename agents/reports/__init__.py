"""Figures and lists of the past: an agent's history, what waits in queues."""
