"""What the portal itself adds to Django's admin; Django looks for it here."""

from .admin_site import sign_ins

__all__ = ["sign_ins"]
