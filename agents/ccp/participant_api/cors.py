"""What a browser is told, so that pages of the allowed origins can call the participant API and read its answers."""

from __future__ import annotations

from agents.ccp import origins

ASKED_FOR = (
    "authorization, content-type, x-amz-bearer, x-amz-content-sha256, x-amz-date, x-amz-security-token, "
    "x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request"
)
PREFLIGHT_LASTS = 7_200  # seconds; more Chromium does not remember


def headers(origin: str) -> dict[str, str]:
    """Of every answer. No credentials: the token is all there is."""
    if not origins.allowed(origin):
        return {"Vary": "Origin"}
    exposed = "x-amzn-errortype, x-amzn-requestid"
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": exposed, "Vary": "Origin"}


def preflight(origin: str) -> dict[str, str]:
    if not origins.allowed(origin):
        return headers(origin)
    return {
        **headers(origin),
        "Access-Control-Allow-Methods": "GET, POST, PUT, OPTIONS",
        "Access-Control-Allow-Headers": ASKED_FOR,
        "Access-Control-Max-Age": str(PREFLIGHT_LASTS),
    }
