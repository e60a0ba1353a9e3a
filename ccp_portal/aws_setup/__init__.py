"""What deploy/README.md sets up by hand, made through the API: topic, subscription, Lambda, flow. `manage.py setup_aws` runs it.

Each step looks first and says what lacks; done twice it changes nothing the second time. It does not make roles, queues
for dead letters, or the Connect instance.
"""

from .step import Change, Target

__all__ = ["Change", "Target"]
