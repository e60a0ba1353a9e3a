"""What is counted for monitoring, in this process: one Prometheus collector per figure, served by ccp_portal.metrics.

Whoever does the work counts it here, beside the work; no name, text or token is ever a label. docs/operations.md explains
each figure. A figure that rows know (the outbox, who waits) is not counted: it is asked when somebody reads.
"""

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

MESSAGES_RECEIVED = Counter(
    "ccp_messages_received", "Items that Amazon Connect streamed and that were recorded", ["result"]
)
RECEIVED_AFTER = Histogram(
    "ccp_received_after_seconds", "From Connect's AbsoluteTime of a new item until it is committed", buckets=SECONDS
)
PAINTED_AFTER = Histogram(
    "ccp_painted_after_seconds", "From Connect's AbsoluteTime until an item stood on an agent's screen", buckets=SECONDS
)
ANSWERED_AFTER = Histogram(
    "ccp_answered_after_seconds",
    "From an agent's Enter until Connect had the message, as the page saw it",
    buckets=SECONDS,
)
LATENCY = {"received": RECEIVED_AFTER, "painted": PAINTED_AFTER, "answered": ANSWERED_AFTER}
MESSAGES_SENT = Counter("ccp_messages_sent", "Deliveries of outbound messages to Amazon Connect", ["outcome"])
AWS_CALLS = Histogram(
    "ccp_aws_call_seconds", "Calls of AWS by what came of them", ["service", "operation", "outcome"], buckets=SECONDS
)
HINTS_LOST = Counter("ccp_hints_lost", "Hints that Redis did not take; a look at the database replaces each")
JOBS = Histogram("ccp_job_seconds", "Runs of the worker's jobs", ["job", "outcome"], buckets=SECONDS)
JOB_DONE_AT = Gauge("ccp_job_last_success_timestamp_seconds", "When a job of the worker last came to its end", ["job"])
