"""The hub's look at who may still be here."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection, Iterator, Mapping

import pytest

from chats import realtime
from chats.realtime import Hub, SocketUser
from chats.realtime.hub import _visitors


class Tab:
    """A socket that only notices when it is shown out."""

    def __init__(self, user_id: int) -> None:
        self.visitor = SocketUser(user_id, f"session {user_id}")
        self.dismissed = False

    def push(self, text: str) -> None:
        raise AssertionError(f"nothing was told, but {text}")

    def stream_closed(self, stream: str) -> None:
        raise AssertionError(f"nothing is closed, but {stream}")

    def dismiss(self) -> None:
        self.dismissed = True

    def restart(self, retry_after: float) -> None:
        raise AssertionError(f"nobody restarts, but {retry_after}")


class Porter:
    """Knows whom it was told; answers when it is let."""

    def __init__(self, *known: SocketUser) -> None:
        self.known = known
        self.asked, self.may_answer = threading.Event(), threading.Event()

    def versions(self, visitors: Collection[SocketUser]) -> Mapping[SocketUser, str]:
        self.asked.set()
        assert self.may_answer.wait(10)
        return {visitor: "1" for visitor in visitors if visitor in self.known}


@pytest.fixture(autouse=True)
def _the_same_porter_afterwards() -> Iterator[None]:
    before = list(_visitors)
    yield
    _visitors[:] = before


@pytest.mark.django_db(transaction=True)  # the threads of other tests look whether their connections live
async def test_who_may_no_longer_be_here_is_shown_out_and_who_comes_meanwhile_is_not() -> None:
    stays, goes, comes = Tab(1), Tab(2), Tab(3)
    porter = Porter(stays.visitor)
    realtime.register_rights(porter)
    hub = Hub()
    hub.welcome(stays)
    hub.welcome(goes)
    look = asyncio.create_task(hub.look())
    await asyncio.to_thread(porter.asked.wait, 10)
    hub.welcome(comes)
    porter.may_answer.set()
    await look
    assert [tab.dismissed for tab in (stays, goes, comes)] == [False, True, False]
    await hub.close()
