"""The numbers that tell a client why: error codes of answers, close codes of sockets."""


class Code:
    """Error codes: the five of JSON-RPC 2.0, and ours below -32000."""

    PARSE = -32700
    INVALID_REQUEST = -32600
    UNKNOWN_METHOD = -32601
    INVALID_PARAMS = -32602
    INTERNAL = -32603
    REFUSED = -32001  # data.reason says which rule; data.current, a Current, what is so instead
    UNAVAILABLE = -32002  # Amazon Connect or the database is away: try again


class Close:
    """Close codes of our sockets, always after `accept` and a `bye` (RFC 6455 leaves 4000-4999 to applications)."""

    NOT_SIGNED_IN = 4401  # Streams' onAuthFail
    NO_ACCESS = 4403  # Streams' onAccessDenied
    SLOW_READER = 4008
    TOO_LARGE = 4009
    RESTART = 4012
    FLOOD = 4029
    BAD_ORIGIN = 4430
    REPLACED = 4440
