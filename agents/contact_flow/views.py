"""The reception's one view: POST /reception/, signed by the hand-over Lambda (deploy/handover_lambda.py)."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from chats import connect
from chats.db import db_read, db_write
from chats.joining import hand_over

from . import event, queue_selection, signature

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 262_144  # an event is a few KB; a contact's attributes are 32 KB at most (Amazon Connect's quotas)


@csrf_exempt
async def receive(request: HttpRequest) -> JsonResponse:
    """200 with the answer for the flow; anything else makes the Lambda fail, and the flow asks again in a while."""
    if request.method != "POST":
        response = _problem(405, "Post a ContactFlowEvent here.")
        response["Allow"] = "POST"
        return response
    body = request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        return _problem(413, f"The body is larger than {MAX_BODY_BYTES} bytes.")
    try:
        signature.check(settings.CCP_RECEPTION_SECRET, request.headers, body, time.time())
        if (probe := event.probe(body)) is not None:
            return JsonResponse({event.PROBE: probe})
        return JsonResponse(await _admit(event.read(body)))
    except signature.Forged as error:
        return _problem(401, str(error))
    except event.BadEvent as error:
        return _problem(400, str(error))
    except connect.Refused as error:
        return _problem(502, _why_refused(error))
    except (connect.Unavailable, TimeoutError) as error:
        return _problem(503, f"Amazon Connect could not be asked, try again: {error}")
    except queue_selection.NoQueue as error:
        return _problem(503, str(error))
    except (OperationalError, InterfaceError) as error:
        log.error("A hand-over has to wait, the database is away: %s", error)  # noqa: TRY400 -- the line says all
        return _problem(503, "The database is away, try again.")


async def _admit(flow: event.ContactFlowEvent) -> dict[str, str]:
    unknown = await db_read(queue_selection.unknown_names)(flow)
    if unknown:
        await db_write(queue_selection.keep_unknown)(flow, unknown)
    decision = await db_read(queue_selection.decide)(flow)
    if isinstance(decision, queue_selection.NotAccepted):
        return decision.answer
    try:
        contact = await hand_over.join(decision)
    except hand_over.QueueFull as error:
        return (await db_read(queue_selection.full)(error.queue, flow)).answer
    return await db_read(queue_selection.answer)(contact.pk)


def _why_refused(error: connect.Refused) -> str:
    """AWS names no error for a chat that has its custom participant: any refusal to make ours that lacks no permission."""
    if error.operation == "CreateParticipant" and not (error.permission or error.is_gone):
        return (
            "Another bot is in the chat, or an agent or a Lex bot, and Amazon Connect lets only one be there: "
            f"let the flow hand over after it has called DisconnectParticipant. {error}"
        )
    return f"Amazon Connect refused to let us join: {error}"


def _problem(status: int, line: str) -> JsonResponse:
    log.warning("A hand-over was answered %d: %s", status, line)
    return JsonResponse({"error": line}, status=status)
