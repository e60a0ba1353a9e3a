"""The views that flows show, and the authentication of customers: no flow here asks for that, so its documented errors."""

from __future__ import annotations

from connect_emulator import undocumented, views
from connect_emulator.restjson import Handler, Params, Request, ServiceError
from connect_emulator.speakers import Speakers
from connect_emulator.world import World


def handlers(world: World) -> dict[str, Handler]:
    speakers = Speakers(world)

    def describe_view(params: Params, _request: Request) -> Params:
        """Of the view that ShowView has shown in this chat."""
        view = views.shown(world, speakers.of(params).contact, params["ViewToken"])
        if view is None:
            raise ServiceError(
                undocumented.VIEW_UNKNOWN, "no flow has shown a view with this ViewToken", ResourceType="PARTICIPANT"
            )
        return {"View": views.described(world, view)}

    def no_authentication(params: Params, _request: Request) -> Params:
        """AuthenticateParticipant, which begins a session, is no action of the emulator's."""
        speakers.of(params)
        raise ServiceError(undocumented.NO_AUTHENTICATION, "no authentication with this SessionId is under way")

    return {
        "DescribeView": describe_view,
        "GetAuthenticationUrl": no_authentication,
        "CancelParticipantAuthentication": no_authentication,
    }
