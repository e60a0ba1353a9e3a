"""Attachments: an upload is started, its bytes are put to a signed URL, it is completed, scanned, and then an item."""
