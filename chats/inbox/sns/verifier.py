"""Who is believed: our topic, lately, under the signature of SNS. Checks run from cheap to dear, the network last."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

from .refusals import NotGenuine, Undecided, short

if TYPE_CHECKING:
    from collections.abc import Collection

    from .certificates import Certificates
    from .envelope import Envelope

OLDEST = timedelta(minutes=65)  # SNS repeats for at most an hour
NEWEST = timedelta(minutes=5)
HASHES: dict[str, hashes.HashAlgorithm] = {
    "1": hashes.SHA1(),  # noqa: S303 -- SNS's SignatureVersion 1; only with CCP_SNS_ALLOW_V1
    "2": hashes.SHA256(),
}

_SNS_FILE = "/SimpleNotificationService-"
_TOPIC = re.compile(r"arn:(?P<partition>aws[a-z-]*):sns:(?P<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_.-]+")


class Verifier:
    """Believes what comes from these topics, lately, under the signature of AWS, or of the SNS at `endpoint`.

    `endpoint` is CCP_AWS_ENDPOINT: who speaks to an emulator believes the certificate of that emulator, too.
    """

    def __init__(
        self, topics: Collection[str], certificates: Certificates, *, allow_v1: bool = False, endpoint: str = ""
    ) -> None:
        self._urls = {topic: _certificate_url(topic, endpoint) for topic in topics}
        self._endpoint = endpoint
        self._certificates = certificates
        self._versions = {"1", "2"} if allow_v1 else {"2"}

    async def verify(self, envelope: Envelope, now: datetime) -> None:
        """NotGenuine says why not; Undecided: try again."""
        self._check_claims(envelope, now)
        certificate = await self._certificates.get(envelope.certificate_url, now)
        if not certificate.not_before <= now <= certificate.not_after:
            raise NotGenuine("the signing certificate is not valid at this time")
        try:
            certificate.key.verify(envelope.signature, envelope.signed, PKCS1v15(), HASHES[envelope.signature_version])
        except InvalidSignature:
            raise NotGenuine("the signature does not fit the message") from None

    def _check_claims(self, envelope: Envelope, now: datetime) -> None:
        """Everything that needs no certificate."""
        url = self._urls.get(envelope.topic_arn)
        if url is None:
            raise NotGenuine(f"the topic {short(envelope.topic_arn)} is not ours")
        if envelope.signature_version not in self._versions:
            raise NotGenuine(
                f"SignatureVersion is {short(envelope.signature_version)}; set the topic's attribute SignatureVersion to 2"
            )
        if not url.fullmatch(envelope.certificate_url):
            raise NotGenuine(
                f"SigningCertURL is {short(envelope.certificate_url)}, that is not SNS of the topic's region{self._hint(envelope)}"
            )
        # SNS's clock is right; ours may be wrong, and then every message would be lost for good by a 403. To whoever
        # repeats an old one it does not matter what the answer is: nothing of it is looked at, let alone kept.
        if not now - OLDEST <= envelope.sent_at <= now + NEWEST:
            raise Undecided(
                f"Timestamp {envelope.sent_at:%Y-%m-%dT%H:%M:%SZ} is too far from now, {now:%Y-%m-%dT%H:%M:%SZ}:"
                " is the clock of this machine right?"
            )

    def _hint(self, envelope: Envelope) -> str:
        """For an emulator that calls itself by another name than the portal calls it."""
        if (
            not self._endpoint
            or not envelope.certificate_url.endswith(".pem")
            or _SNS_FILE not in envelope.certificate_url
        ):
            return ""
        return f", nor does it begin with CCP_AWS_ENDPOINT, {short(self._endpoint)}: see the emulator's --sns-urls"


def _certificate_url(topic: str, endpoint: str) -> re.Pattern[str]:
    """The only certificate URLs of a topic. The whole text is compared: there is no parser to be fooled."""
    arn = _TOPIC.fullmatch(topic)
    if arn is None:
        raise ValueError(f"{topic!r} is not the ARN of an SNS topic (arn:aws:sns:<region>:<account>:<name>)")
    domain = "amazonaws.com.cn" if arn["partition"] == "aws-cn" else "amazonaws.com"
    homes = [f"https://sns.{arn['region']}.{domain}", *([endpoint.rstrip("/")] if endpoint else [])]
    return re.compile(rf"({'|'.join(map(re.escape, homes))})/SimpleNotificationService-[0-9a-f]{{32}}\.pem")
