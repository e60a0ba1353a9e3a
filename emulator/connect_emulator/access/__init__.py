"""Who may call what: SigV4 signatures verified, access keys with IAM policies, as AWS's front door does it."""

from .keys import AccessKey
from .policies import InvalidPolicy, Policy
from .warden import Warden

__all__ = ["AccessKey", "InvalidPolicy", "Policy", "Warden"]
