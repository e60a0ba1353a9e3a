"""The portal as the Contact Control Panel of pages written for Amazon Connect Streams and ChatJS (docs/streams.md)."""
