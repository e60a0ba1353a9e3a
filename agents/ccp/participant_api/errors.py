"""What the participant API answers when it does not do what is asked: an error of Amazon Connect's, by its name."""

from __future__ import annotations

from agents.protocol.refusals import Refusal

STATUS = {
    "AccessDeniedException": 403,
    "ConflictException": 409,
    "InternalServerException": 500,
    "ResourceNotFoundException": 404,
    "ServiceQuotaExceededException": 402,
    "ThrottlingException": 429,
    "ValidationException": 400,
}
# Refusals that are not about what was said, but about whether this agent may say anything here now.
KINDS = {
    "alreadySent": "ConflictException",
    "clientTokenReused": "ConflictException",
    "contactNotConnected": "AccessDeniedException",
    "contactNotFound": "AccessDeniedException",
    "diskFull": "InternalServerException",
    "filesNotPermitted": "AccessDeniedException",
    "notAnAgent": "AccessDeniedException",
}


class ParticipantError(Exception):
    """Answered as connectparticipant does: the status, `x-amzn-errortype`, and {"Message": …}."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind, self.message = kind, message

    @property
    def status(self) -> int:
        return STATUS[self.kind]


def of_refusal(refusal: Refusal) -> ParticipantError:
    return ParticipantError(KINDS.get(refusal.reason, "ValidationException"), refusal.told())


def denied(message: str = "The token is not valid: it is over, forged, or of another contact.") -> ParticipantError:
    return ParticipantError("AccessDeniedException", message)
