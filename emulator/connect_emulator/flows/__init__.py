"""The flow language: documents checked when they are loaded, run action by action, kept where they wait."""

from .document import Flow, InvalidFlow, parse
from .engine import Engine

__all__ = ["Engine", "Flow", "InvalidFlow", "parse"]
