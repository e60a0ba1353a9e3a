"""Is this post really from our SNS topic? The envelope, the certificates, and who is believed.

The clock and the way to fetch a certificate are passed in; with a pinned certificate nothing is ever fetched.
"""

from .certificates import Certificate, Certificates, Fetched, Pinned, fetch, read_certificate
from .envelope import MAX_BODY_BYTES, NOTIFICATION, SUBSCRIPTION, UNSUBSCRIPTION, Envelope, read_envelope
from .refusals import Malformed, NotGenuine, TooLarge, Undecided
from .verifier import Verifier

__all__ = [
    "MAX_BODY_BYTES",
    "NOTIFICATION",
    "SUBSCRIPTION",
    "UNSUBSCRIPTION",
    "Certificate",
    "Certificates",
    "Envelope",
    "Fetched",
    "Malformed",
    "NotGenuine",
    "Pinned",
    "TooLarge",
    "Undecided",
    "Verifier",
    "fetch",
    "read_certificate",
    "read_envelope",
]
