"""What AWS leaves undocumented, decided here once: change a line and the emulator behaves the other way.

The numbers in brackets are those of the open questions in the project's reference notes.
"""

from typing import Final

# [1] CreateParticipant while a Connect agent or a Lex bot is on the contact: "cannot be added", no error is named.
CUSTOM_PARTICIPANT_BESIDE_AGENT: Final = "ConflictException"
# [1] A second custom participant: "only one can be present", no error is named.
SECOND_CUSTOM_PARTICIPANT: Final = "ConflictException"
# CreateParticipant with another role than CUSTOM_BOT for a chat.
OTHER_ROLE_THAN_CUSTOM_BOT: Final = "InvalidRequestException"
# CreateParticipant, StartContactStreaming and the like on a contact that has ended.
CONTACT_HAS_ENDED: Final = "ResourceNotFoundException"
# A request with no Authorization header: what AWS's front door says, in no model and on no page of Connect's.
NO_AUTHORIZATION: Final = "MissingAuthenticationTokenException"
# Above the rate of an operation that lists no ThrottlingException: what API_StartChatContact names beside its list.
THROTTLING_NOT_LISTED: Final = "TooManyRequestsException"
# A signature made more than 5 minutes ago or ahead: what JSON services answer, with "Signature expired: …". (S3 says
# RequestTimeTooSkewed; SDKs take both for a clock that is wrong.)
CLOCK_SKEW: Final = "InvalidSignatureException"
# DisconnectReason of a contact whose agent has transferred the chat, or whose flow has moved it to another queue.
REASON_OF_A_TRANSFER: Final = "AGENT_DISCONNECT"
REASON_OF_A_QUEUE_TRANSFER: Final = "CONTACT_FLOW_DISCONNECT"
# The priority of a contact nothing was said of (the console shows 5), and of how many answered contacts the waits
# make the estimate of GetContactMetrics.
QUEUE_PRIORITY: Final = 5
WAITS_ESTIMATED_FROM: Final = 10
# How long a Lex bot waits for the customer's answer when LexTimeoutSeconds does not say, and how it is called.
LEX_TIMEOUT_SECONDS: Final = 300
LEX_DISPLAY_NAME: Final = "BOT"
# ShowView without InvocationTimeLimitSeconds: the documentation's example has 400.
VIEW_TIMEOUT_SECONDS: Final = 400
# How long somebody stays signed in at a CCP (adminguide: a session is 12 hours at most, then the login is asked again).
CCP_SESSION_LIVES: Final = 12 * 60 * 60 * 1000
# How deep modules may invoke modules.
MODULES_WITHIN_MODULES: Final = 5
# [3] May a custom participant upload attachments? AWS says only that it may not read them.
CUSTOM_PARTICIPANT_UPLOADS: Final = False
# StartAttachmentUpload of a file that is too large, of a type that is not listed or not that of its name.
ATTACHMENT_TOO_LARGE: Final = "ServiceQuotaExceededException"
ATTACHMENT_OF_NO_KIND: Final = "ValidationException"
# CompleteAttachmentUpload of an attachment nobody knows; of one that is not uploaded yet, or completed already.
ATTACHMENT_UNKNOWN: Final = "ValidationException"
ATTACHMENT_NOT_UPLOADED: Final = "ConflictException"
# GetAttachment of somebody else's, of one that was rejected or is not scanned yet.
ATTACHMENT_OF_A_STRANGER: Final = "AccessDeniedException"
ATTACHMENT_NOT_APPROVED: Final = "ValidationException"
# How long the URL of StartAttachmentUpload is good, and that of GetAttachment when UrlExpiryInSeconds does not say.
UPLOAD_URL_SECONDS: Final = 900
DOWNLOAD_URL_SECONDS: Final = 300
# How long a scan takes, in milliseconds. A file that is not what its name says is rejected by it, not before.
SCAN_TAKES: Final = 0
# Does a customer's attachment count as "customer returned"?
ATTACHMENT_IS_A_RETURN: Final = True
# DescribeView with a token no flow has given out; authentication that no flow has asked for.
VIEW_UNKNOWN: Final = "ResourceNotFoundException"
NO_AUTHENTICATION: Final = "ValidationException"
# [4] Does a customer's typing count as "customer returned"? The documentation says "sends a message".
TYPING_IS_A_RETURN: Final = False
# Is a participant's own typing event pushed back to its own socket, as its messages are?
OWN_TYPING_COMES_BACK: Final = True
# SendMessage and SendEvent by a participant who has credentials but never connected.
SPEAKING_BEFORE_CONNECTING: Final = "AccessDeniedException"
# GetTranscript: does the page begin with the item (or the time) that StartPosition names?
START_POSITION_IS_INCLUSIVE: Final = True
# PersistentChat with a source whose chat goes on: "past ended", no error is named.
PAST_SESSION_IS_NOT_PAST: Final = "InvalidRequestException"
# May a chat begin on a flow that is ARCHIVED?
ARCHIVED_FLOWS_START: Final = False
# SearchContacts without Sort.
SEARCH_ORDER: Final = ("INITIATION_TIMESTAMP", "DESCENDING")
# GetTranscript.ContactId of another chat.
TRANSCRIPT_OF_A_STRANGER: Final = "AccessDeniedException"
# StartContactStreaming again for a topic that already streams, with a new ClientToken: the same StreamingId.
SAME_TOPIC_IS_SAME_STREAM: Final = True
# Two items of one chat never carry the same AbsoluteTime: the later one is moved by this many milliseconds.
ABSOLUTE_TIME_STEP: Final = 1
# A hand-over Lambda whose values are not all strings, when STRING_MAP is asked for, takes the error branch.
STRING_MAP_TAKES_ONLY_STRINGS: Final = True
# Are receipts (message.delivered, message.read) in message streaming? No page of AWS's says that they are.
RECEIPTS_ARE_STREAMED: Final = False
# "CONTACT_DATA_UPDATED: … user-defined attributes … were updated": does UpdateContactAttributes count?
ATTRIBUTES_ARE_CONTACT_DATA: Final = True
# How many actions a flow may run without waiting for anything before it is taken for an endless loop.
ACTIONS_WITHOUT_A_PAUSE: Final = 1_000
# How long a socket stays open after its participant has gone, so that the last frames are read.
SOCKET_LINGERS_SECONDS: Final = 30
# The codes a socket is closed with that is cut on purpose, or whose reader is too slow: of the range for private use,
# since a server may not send 1006, which a client sees when the network breaks.
SOCKET_CUT: Final = 4000
SOCKET_TOO_SLOW: Final = 4008
# SNS, and whatever else Connect tells the world: attempts without delay, then the delays in seconds; the last one is repeated until the hour is over.
SNS_DELAYS: Final = (0, 0, 0, 1, 2, 4, 8, 15, 20)
# The same for a SubscriptionConfirmation: whoever starts the receiver after the emulator does not wait for it.
SNS_CONFIRMATION_DELAYS: Final = (0, 0, 0, 1)
