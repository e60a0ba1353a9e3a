"""Agents' and supervisors' websockets: JSON-RPC 2.0 over ASGI."""
