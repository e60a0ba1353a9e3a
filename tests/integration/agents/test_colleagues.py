"""Who else is there: what an agent sees of colleagues on their desk."""

from __future__ import annotations

import pytest

from agents.desk import colleagues
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_agent_sees_those_who_serve_one_of_their_queues_by_name_and_never_themselves() -> None:
    returns, orders, other = (factories.queue(name) for name in ("Returns", "Orders", "Elsewhere"))
    me = factories.agent(profile=factories.routing_profile(returns, orders))
    near = factories.agent(profile=factories.routing_profile(orders, chats=5))
    factories.agent(profile=factories.routing_profile(other))
    gone = factories.agent(profile=me.routing_profile)
    gone.user.is_active = False
    gone.user.save()
    (shown,) = colleagues.of(me)
    assert (shown["agentId"], shown["load"], shown["capacity"]) == (str(near.key), 0, 5)
    assert shown["state"]["name"] == near.state.name
