"""Every verb once: its parameters, the permission it needs, the function that does it, and the shape of its answer.

Sockets, the HTTP API and the Streams page are thin callers of this table. docs/adding-a-verb.md says how it grows.
"""

from agents.protocol import answers
from agents.protocol import requests as asked

from . import contacts, floor_views, latency, messages, notes, state, stepping_in, tokens, transcripts, transfers
from .command import Caller, Command, Permission

__all__ = [
    "AGENT_COMMANDS",
    "FLOOR_COMMANDS",
    "READING_COMMANDS",
    "SUPERVISING_COMMANDS",
    "Caller",
    "Command",
    "Permission",
]

READING_COMMANDS = {
    "getTranscript": Command(
        asked.GetTranscript, Permission.SEES, transcripts.page, answers.Transcript, then=transcripts.record_read
    ),
    "getEarlierContacts": Command(
        asked.ContactParams, Permission.SEES, transcripts.earlier_contacts, answers.EarlierContacts
    ),
}
FLOOR_COMMANDS = {
    "saveView": Command(asked.SaveView, Permission.USER, floor_views.save, answers.SavedViews),
    "deleteView": Command(asked.ViewName, Permission.USER, floor_views.delete, answers.SavedViews),
}
AGENT_COMMANDS = {
    "setAgentState": Command(asked.SetAgentState, Permission.AGENT, state.set_agent_state),
    "reportLatency": Command(asked.ReportLatency, Permission.AGENT, latency.report),
    "getConfiguration": Command(asked.NoParams, Permission.AGENT, state.get_configuration, answers.Configuration),
    "getColleagues": Command(asked.NoParams, Permission.AGENT, state.get_colleagues, answers.Colleagues),
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
    # Beside one's own contacts only: who sees others' as a supervisor or auditor reads them (docs/privacy.md).
    "addNote": Command(asked.AddNote, Permission.HAS_PART, notes.add, answers.NoteAdded),
    "editNote": Command(asked.EditNote, Permission.HAS_PART, notes.edit),
    "deleteNote": Command(asked.NoteIdParams, Permission.HAS_PART, notes.delete),
    "saveDraft": Command(asked.SaveDraft, Permission.ON_DESK, notes.save_draft),
    "savePlace": Command(asked.SavePlace, Permission.ON_DESK, notes.save_scroll_position),
    "relayContact": Command(
        asked.RelayContact, Permission.AGENT, contacts.relay, then=contacts.refresh_relayed, waits_for_aws=True
    ),
    "connectionToken": Command(asked.ContactParams, Permission.AGENT, tokens.connection_token, answers.ConnectionToken),
    "sendMessage": Command(asked.SendMessage, Permission.SERVES, messages.send, answers.Sent),
    "sendEvent": Command(asked.SendEvent, Permission.HAS_PART, messages.send_event, then=messages.send_typing),
    "retryMessage": Command(asked.OutboundMessageParams, Permission.SERVES, messages.retry, answers.Sent),
    "discardMessage": Command(asked.OutboundMessageParams, Permission.SERVES, messages.discard),
    "whisper": Command(asked.SendWhisper, Permission.SERVES, stepping_in.answer_whisper, answers.WhisperSent),
    "raiseHand": Command(asked.RaiseHand, Permission.SERVES, stepping_in.raise_hand),
    "lowerHand": Command(asked.ContactParams, Permission.SERVES, stepping_in.lower_hand),
    **READING_COMMANDS,
}
# Each id of a verb on several is checked by agents/supervision/actions, by the same scope.
SUPERVISING_COMMANDS = {
    "whisper": Command(asked.SendWhisper, Permission.WHISPERS, stepping_in.whisper, answers.WhisperSent),
    "bargeIn": Command(asked.BargeIn, Permission.BARGES_IN, stepping_in.barge_in, answers.Sent),
    "retryMessage": Command(asked.OutboundMessageParams, Permission.BARGES_IN, stepping_in.retry, answers.Sent),
    "discardMessage": Command(asked.OutboundMessageParams, Permission.BARGES_IN, stepping_in.discard),
    "supervisorTyping": Command(asked.ContactParams, Permission.BARGES_IN, stepping_in.supervisor_typing),
    "getEndpoints": Command(asked.NoParams, Permission.ASSIGNS_CONTACTS, stepping_in.endpoints, answers.Endpoints),
    "takeOver": Command(asked.TakeOver, Permission.TAKES_OVER, stepping_in.take_over),
    "reassignContact": Command(
        asked.ReassignContact, Permission.ASSIGNS_CONTACTS, stepping_in.reassign, answers.ActionResults
    ),
    "requeueContact": Command(
        asked.RequeueContact, Permission.ASSIGNS_CONTACTS, stepping_in.requeue, answers.ActionResults
    ),
    "setPriority": Command(
        asked.SetPriority, Permission.ASSIGNS_CONTACTS, stepping_in.set_priority, answers.ActionResults
    ),
    "endContact": Command(asked.OnContacts, Permission.ENDS_CONTACTS, stepping_in.end, answers.ActionResults),
    "clearStuckContact": Command(asked.OnContacts, Permission.ENDS_CONTACTS, stepping_in.clear, answers.ActionResults),
    "forceAgentState": Command(
        asked.ForceAgentState, Permission.MANAGES_AGENTS, stepping_in.force_state, answers.ActionResults
    ),
    "signOutAgent": Command(asked.OnAgents, Permission.MANAGES_AGENTS, stepping_in.sign_out, answers.ActionResults),
    "setAgentCapacity": Command(asked.SetAgentCapacity, Permission.MANAGES_AGENTS, stepping_in.set_capacity),
    "setAgentQueues": Command(asked.SetAgentQueues, Permission.MANAGES_AGENTS, stepping_in.set_queues),
    "raiseHand": Command(asked.RaiseHand, Permission.ANSWERS_HELP, stepping_in.raise_hand_for),
    "lowerHand": Command(asked.ContactParams, Permission.ANSWERS_HELP, stepping_in.lower_hand_for),
    "takeHelp": Command(asked.ContactParams, Permission.ANSWERS_HELP, stepping_in.take_help),
}
