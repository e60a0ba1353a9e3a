"""STS as far as a caller asks who they are: GetCallerIdentity, which needs a signature and no permission."""

from __future__ import annotations

from connect_emulator.restjson import Params, Request
from connect_emulator.streaming.query import Handler
from connect_emulator.world import World

from . import sigv4


def handlers(world: World) -> dict[str, Handler]:
    def get_caller_identity(_params: Params, request: Request) -> Params:
        key, account = sigv4.read(request).access_key, world.instance.account
        return {"UserId": key, "Account": account, "Arn": f"arn:aws:iam::{account}:user/{key}"}

    return {"GetCallerIdentity": get_caller_identity}
