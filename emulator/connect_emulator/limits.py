"""The figures AWS documents for chat, each with its source."""

from typing import Final

SECOND: Final = 1_000  # every time in the emulator is a whole number of milliseconds
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

# API_StartChatContact
DEFAULT_CHAT_DURATION_MINUTES: Final = 25 * 60
ATTRIBUTES_BYTES: Final = 32_768
CUSTOMER_CONNECTS_WITHIN: Final = 5 * MINUTE
CONTENT_TYPES: Final = frozenset(
    {
        "text/plain",
        "text/markdown",
        "application/json",
        "application/vnd.amazonaws.connect.message.interactive",
        "application/vnd.amazonaws.connect.message.interactive.response",
    }
)
# connect-participant/API_SendMessage, API_ChatMessage: what a participant may say. Interactive messages come of flows and bots.
SPOKEN_TYPES: Final = CONTENT_TYPES - {"application/vnd.amazonaws.connect.message.interactive"}
# API_StartContactStreaming: "maximum of two" endpoints per contact
STREAMING_TOPICS: Final = 2
# adminguide/chat-customize-flow: custom participants
CUSTOM_PARTICIPANT_CONNECTS_WITHIN: Final = 15 * SECOND
# adminguide/wait
LONGEST_WAIT: Final = 7 * DAY
# adminguide/feature-limits: what a customer may write to a Lex bot
LEX_CHARACTERS: Final = 1_024
# adminguide/chat: a chat that is offered to an agent is missed after 20 seconds
AGENT_ANSWERS_WITHIN: Final = 20 * SECOND
# adminguide/amazon-connect-service-limits, API_TransferContact
TRANSFERS: Final = 11
# connect-participant/API_CreateParticipantConnection
SOCKET_CONNECTS_WITHIN: Final = 100 * SECOND
CONNECTION_TOKEN_LIVES: Final = DAY
# connect-participant/API_SendMessage: 16,384 bytes, the model says characters
CONTENT_BYTES: Final = 16_384
# connect/API_Reference: UTF-8 bytes across all references of a contact
REFERENCES_BYTES: Final = 4096
# connect-participant/API_SendEvent: receipts answer ConflictException above two active participants
RECEIPT_PARTICIPANTS: Final = 2
# adminguide/chat-persistence, as its quotas are quoted: past contacts of a persistent chat
PAST_CONTACTS: Final = 100
# adminguide/feature-limits: attachments of a chat, and the bytes of one (a quota that can be raised to 100 MB)
ATTACHMENTS: Final = 35
ATTACHMENT_BYTES: Final = 20 * 1024 * 1024
# connect-participant/API_GetTranscript
TRANSCRIPT_PAGE: Final = 10

# adminguide/amazon-connect-service-limits: how many of each kind a new account may have in an instance
RESOURCES: Final = {
    "contact-flow": 100,
    "flow-module": 200,
    "queue": 50,
    "operating-hours": 100,
    "agent": 500,
    "routing-profile": 100,
    "agent-state": 50,
    "security-profile": 100,
    "instance": 100,  # AWS: 2, and more on request
}
# API_MediaConcurrency
CONCURRENCY: Final = {"VOICE": 1, "CHAT": 10, "TASK": 10, "EMAIL": 10}

# adminguide/connect-lambda-functions: time, tries and size of an answer
LAMBDA_TRIES: Final = 3
LAMBDA_SECONDS: Final = 8
LAMBDA_DEFAULT_SECONDS: Final = 3
LAMBDA_ANSWER_BYTES: Final = 32 * 1024

# sns: message-delivery-retries. HTTP(S) endpoints get 15 s to answer; a post is given up after an hour
SNS_ANSWER_SECONDS: Final = 15
SNS_GIVES_UP_AFTER: Final = HOUR
