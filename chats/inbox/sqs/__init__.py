"""The inbox beside the webhook: messages of an SQS queue that the SNS topic delivers to."""

from .consumer import consume

__all__ = ["consume"]
