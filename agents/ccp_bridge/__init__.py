"""Our desk beside the instance's own CCP: the page that holds that CCP in a frame, with the published Amazon Connect Streams.

Everything else of it is in the browser (static/desk/js/connect_ccp); contacts come in by `relayContact` (agents/routing).
"""
