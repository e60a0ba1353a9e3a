"""Tags of whatever has an ARN of its own in the register: set, taken away, listed; contacts are tagged elsewhere in AWS."""

from __future__ import annotations

from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.world import World, register
from connect_emulator.world.register import Resource

MOST = 50  # API_TagResource; a resource has no more, all calls together


def handlers(world: World) -> dict[str, Handler]:
    def tag(params: Params, _request: Request) -> Params:
        resource, given = _resource(world, params), params["tags"]
        if any(name.lower().startswith("aws:") for name in given):
            raise ServiceError("InvalidParameterException", "a tag key must not begin with aws:")
        tags = {**(resource.body.get("Tags") or {}), **given}
        if len(tags) > MOST:
            raise ServiceError("InvalidRequestException", f"a resource has at most {MOST} tags")
        register.change(world, resource, Tags=tags)
        return {}

    def untag(params: Params, _request: Request) -> Params:
        resource = _resource(world, params)
        tags = {
            name: value for name, value in (resource.body.get("Tags") or {}).items() if name not in params["tagKeys"]
        }
        register.change(world, resource, Tags=tags or None)
        return {}

    def list_tags(params: Params, _request: Request) -> Params:
        return {"tags": _resource(world, params).body.get("Tags") or {}}

    return {"TagResource": tag, "UntagResource": untag, "ListTagsForResource": list_tags}


def _resource(world: World, params: Params) -> Resource:
    """arn:…:instance/ID, or arn:…:instance/ID/KIND/ID of a resource of the world's own instance."""
    arn: str = params["resourceArn"]
    instance = register.find(world, register.INSTANCE, arn)
    if instance and arn == register.arn(world, register.INSTANCE, instance.id):
        return instance
    own, _, rest = arn.partition(world.instance.arn + "/")
    kind, _, resource_id = rest.partition("/")
    if not arn.startswith("arn:") or own:
        raise ServiceError("InvalidParameterException", "resourceArn is no ARN of a resource of this instance")
    found = register.find(world, kind, resource_id) if kind in register.KINDS and resource_id else None
    if found is None:
        raise ServiceError("ResourceNotFoundException", f"there is no resource with the ARN {arn}")
    return found
