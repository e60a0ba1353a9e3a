"""Several processes on PostgreSQL and Redis: servers beside each other, workers beside them, one truth."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.emulating import customer
from tests.portal import Product

pytestmark = pytest.mark.skipif(
    not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")),
    reason="several processes need DATABASE_URL (PostgreSQL) and REDIS_URL",
)


def test_agents_on_two_servers_and_a_worker_beside_them_share_one_truth(tmp_path: Path) -> None:
    product = Product(tmp_path)
    product.portal.command = (*product.portal.command, "--no-work")
    with (
        product,
        product.portal.beside("work"),
        product.portal.beside("work"),
        product.portal.beside("serve", "--no-work") as other,
        customer(product.emulator, "Ada", "hello") as ada,
        product.portal.desk("mira") as here,
        other.desk("mira") as there,
    ):
        there.available()
        contact_id = here.accept()
        there.until(lambda held: held.viewing == contact_id, "the other server's tab looks at it too")
        there.say(contact_id, "good morning")
        ada.wait_for_text("good morning")
        here.hears("good morning")
        ada.say("it reaches the first server's webhook")
        there.hears("it reaches the first server's webhook")
        here.call("destroyConnection", contactId=contact_id)
        there.until(lambda held: held.agent_contacts[contact_id]["state"] == "ended", "it ended everywhere")


def test_without_redis_everything_goes_on_only_slower(tmp_path: Path) -> None:
    product = Product(tmp_path, portal_environment={"REDIS_URL": "redis://127.0.0.1:1/0"})  # nobody listens there
    with product, customer(product.emulator, "Ada", "hello") as ada, product.portal.desk("mira") as mira:
        mira.available()
        contact_id = mira.accept()
        mira.say(contact_id, "good morning")
        ada.wait_for_text("good morning")
        mira.hears("good morning")


def test_an_idle_socket_outlives_the_layers_own_timeouts(tmp_path: Path) -> None:
    with Product(tmp_path) as product, product.portal.desk("mira") as mira:
        with pytest.raises(AssertionError):
            mira.until(lambda _held: mira.close_code, "the socket closes by itself", 12)
        mira.available()
        mira.until(lambda held: held.agent["state"]["name"] == "Available", "it is alive")
