"""Every verb once: its parameters, the permission it needs, the function that does it, and the shape of its answer.

Sockets, the HTTP API and the Streams page are thin callers of this table. docs/adding-a-verb.md says how it grows.
"""

from agents.protocol import answers
from agents.protocol import requests as asked

from . import contacts, messages, notes, state, transcripts, transfers
from .command import Caller, Command, Permission

__all__ = ["AGENT_COMMANDS", "READING_COMMANDS", "Caller", "Command", "Permission"]

READING_COMMANDS = {
    "getTranscript": Command(
        asked.GetTranscript, Permission.SEES, transcripts.page, answers.Transcript, then=transcripts.record_read
    ),
    "getEarlierContacts": Command(
        asked.ContactParams, Permission.SEES, transcripts.earlier_contacts, answers.EarlierContacts
    ),
}
AGENT_COMMANDS = {
    "setAgentState": Command(asked.SetAgentState, Permission.AGENT, state.set_agent_state),
    # Which of an agent's contacts these may touch is decided by agents/routing, under its locks.
    "acceptContact": Command(asked.ContactParams, Permission.AGENT, contacts.accept, then=contacts.refresh_details),
    "takeContact": Command(asked.ContactParams, Permission.AGENT, contacts.take, then=contacts.refresh_details),
    "rejectContact": Command(asked.ContactParams, Permission.AGENT, contacts.reject),
    "destroyConnection": Command(asked.ContactParams, Permission.AGENT, contacts.end),
    "clearContact": Command(asked.ClearContact, Permission.AGENT, contacts.clear),
    "saveWrapUp": Command(asked.SaveWrapUp, Permission.AGENT, contacts.save_wrap_up),
    "offerSeen": Command(asked.OfferSeen, Permission.HAS_PART, contacts.offer_seen),
    "getDispositions": Command(asked.ContactParams, Permission.ON_DESK, contacts.dispositions, answers.Dispositions),
    "getQuickResponses": Command(
        asked.ContactParams, Permission.ON_DESK, contacts.quick_responses, answers.QuickResponses
    ),
    "viewContact": Command(asked.ViewContact, Permission.AGENT, contacts.view, then=contacts.refresh_details),
    "getEndpoints": Command(asked.NoParams, Permission.AGENT, transfers.endpoints, answers.Endpoints),
    "transferContact": Command(asked.TransferContact, Permission.AGENT, transfers.transfer),
    "cancelTransfer": Command(asked.ContactParams, Permission.AGENT, transfers.cancel),
    "addNote": Command(asked.AddNote, Permission.SEES, notes.add, answers.NoteAdded),
    "editNote": Command(asked.EditNote, Permission.SEES, notes.edit),
    "deleteNote": Command(asked.NoteIdParams, Permission.SEES, notes.delete),
    "saveDraft": Command(asked.SaveDraft, Permission.ON_DESK, notes.save_draft),
    "savePlace": Command(asked.SavePlace, Permission.ON_DESK, notes.save_scroll_position),
    "relayContact": Command(
        asked.RelayContact, Permission.AGENT, contacts.relay, then=contacts.refresh_relayed, waits_for_aws=True
    ),
    "sendMessage": Command(asked.SendMessage, Permission.SERVES, messages.send, answers.Sent),
    "sendEvent": Command(asked.SendEvent, Permission.HAS_PART, messages.send_event, then=messages.send_typing),
    "retryMessage": Command(asked.OutboundMessageParams, Permission.SERVES, messages.retry, answers.Sent),
    "discardMessage": Command(asked.OutboundMessageParams, Permission.SERVES, messages.discard),
    **READING_COMMANDS,
}
