"""Who else is there: what an agent sees of colleagues on their desk."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from agents.desk import colleagues
from agents.models import Team
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_agent_sees_those_of_their_teams_and_queues_and_nobody_else() -> None:
    returns, orders, other = (factories.queue(name) for name in ("Returns", "Orders", "Elsewhere"))
    me = factories.agent(profile=factories.routing_profile(returns, orders))
    near = factories.agent(profile=factories.routing_profile(orders, chats=5))
    mate, stranger = (factories.agent(profile=factories.routing_profile(other)) for _ in range(2))
    team, group = (Group.objects.create(name=name) for name in ("North", "Agents of everywhere"))
    Team.objects.create(group=team)
    team.user_set.add(me.user, mate.user)
    group.user_set.add(me.user, stranger.user)
    gone = factories.agent(profile=me.routing_profile)
    gone.user.is_active = False
    gone.user.save()
    found = {one["agentId"]: one for one in colleagues.of(me)}
    assert set(found) == {str(near.key), str(mate.key)}
    shown = found[str(near.key)]
    assert (shown["agentId"], shown["load"], shown["capacity"]) == (str(near.key), 0, 5)
    assert shown["state"]["name"] == near.state.name
