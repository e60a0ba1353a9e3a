"""A morning at Fenmark Home, for the pictures: customers, a colleague and an agent do it all through the running product."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.attaching import sends
from tests.emulating import HANDOVER_FLOW, Customer
from tests.flows import say
from tests.portal import Desk, Product

Json = dict[str, Any]

MADE = """
from agents.models import Disposition, QueueTopic, QuickResponse, RoutingProfile, RoutingProfileQueue
from chats.models import Queue
profile, returns = RoutingProfile.objects.get(), Queue.objects.get()
RoutingProfile.objects.update(chat_concurrency=10)
for name, topic in (("Deliveries", "delivery"), ("Orders", "order")):
    queue = Queue.objects.create(name=name, public_name="Fenmark Home")
    queue.readers.set(returns.readers.all())
    RoutingProfileQueue.objects.create(routing_profile=profile, queue=queue, priority=1)
    QueueTopic.objects.create(topic=topic, queue=queue)
for place, name in enumerate(["Answered", "Refund", "Replacement sent", "Address changed"]):
    Disposition.objects.create(name=name, order=place)
"""
EMAIL = "amelia.hart@example.org"
AMELIA = {"email": EMAIL, "item": "Lund shelf, oak"}
EARLIER = [
    ("Amelia Hart", "order", "Can you change the address before dispatch?", "Done, it goes to LS6 2AB.", "Address changed"),
    ("Amelia Hart", "delivery", "Where is my parcel?", "It arrives tomorrow before noon.", "Answered"),
    ("Peter Novak", "return", "The drawer does not close", "A new runner is on its way.", "Replacement sent"),
    ("Lena Fischer", "order", "Do you deliver to Norway?", "Not yet, I am afraid.", "Answered"),
    ("Tomás Herrera", "return", "Two lamps arrived broken", "Your money is on its way back.", "Refund"),
    ("Aoife Byrne", "delivery", "Nobody was at home today", "They try again on Thursday, after 17:00.", "Answered"),
]  # fmt: skip


def asked(template: str, title: str, **content: Any) -> str:
    return json.dumps({"templateType": template, "version": "1.0", "data": {"content": {"title": title, **content}}})


def choices(*titles: str | tuple[str, str]) -> list[Json]:
    return [{"title": t} if isinstance(t, str) else {"title": t[0], "subtitle": t[1]} for t in titles]


def shelf(wood: str) -> Json:
    picture = {
        "imageType": "URL",
        "imageData": f"https://fenmark.example/{wood}.jpg",
        "imageDescription": f"Lund, {wood}",
    }
    about = {"title": f"Lund shelf, {wood}", "subtitle": "80 by 200 cm", **picture}
    return {
        "templateType": "Panel",
        "version": "1.0",
        "data": {"content": {**about, "elements": choices(f"Take {wood}")}},
    }


PUT_RIGHT = choices(
    ("Send a new side panel", "3 to 4 days, keep the old one"),
    ("Send the whole shelf again", "6 to 8 days, we collect the first"),
    ("Money back", "We collect the shelf from your home"),
)
SLOTS = [{"date": f"2030-11-{day}T{at}:00Z", "duration": 3600} for day in (21, 22) for at in ("08", "11", "15")]
QUESTIONS = [
    asked("Carousel", "Another wood, while we are at it?", elements=[shelf(wood) for wood in ("oak", "ash", "beech")]),
    asked("TimePicker", "When may the courier come?", timeZoneOffset=60, timeslots=SLOTS),
    asked("Panel", "Is anything else damaged?", elements=choices("Only the panel", "The screws too")),
    asked("QuickReply", "May we call you?", elements=choices("Yes", "No", "Only after 17:00")),
    asked("ListPicker", "How shall we put it right?", subtitle="Whatever you choose is free", elements=PUT_RIGHT),
]


def flow_that_asks(folder: Path) -> Path:
    """The flow of the demo; whoever comes with the attribute `asks` is asked a few things before an agent comes."""
    flow: Json = json.loads(Path(HANDOVER_FLOW).read_text())
    welcome = next(one for one in flow["Actions"] if one["Identifier"] == "welcome")
    after = welcome["Transitions"]["NextAction"]
    welcome["Transitions"]["NextAction"] = "asks"
    condition = {"NextAction": "ask0", "Condition": {"Operator": "Equals", "Operands": ["yes"]}}
    errors = [{"NextAction": after, "ErrorType": "NoMatchingCondition"}]
    flow["Actions"].append(
        {
            "Identifier": "asks",
            "Type": "Compare",
            "Parameters": {"ComparisonValue": "$.Attributes.asks"},
            "Transitions": {"NextAction": after, "Conditions": [condition], "Errors": errors},
        }
    )
    last = len(QUESTIONS) - 1
    for n, question in enumerate(QUESTIONS):
        flow["Actions"].append(say(f"ask{n}", question, after if n == last else f"ask{n + 1}", NoMatchingError=after))
    path = folder / "asks.json"
    path.write_text(json.dumps(flow))
    return path


def begin_earlier(product: Product, seconds: int) -> None:
    """The emulator's clock is behind by this much, and is turned forward as the morning goes on. There is no such option."""
    late = product.emulator.state.with_name("late_emulator.py")
    late.write_text(
        "import sys\n"
        "from connect_emulator import __main__, clock\n"
        "now = clock._machine\n"
        f"clock._machine = lambda: now() - {seconds * 1000}\n"
        "sys.exit(__main__.main())\n"
    )
    product.emulator.program = str(late)


@dataclass
class Scene:
    """Who is there: the agent's own line, and the customers by their first names."""

    product: Product
    mira: Desk
    ended: ExitStack

    def serve(self, who: Customer, *answers: str) -> None:
        """Accept this very customer and say something."""
        desk, contact_id = self.mira, who.contact_id
        desk.until(lambda held: held.agent_contacts.get(contact_id, {}).get("state") == "connecting", "offered")
        desk.call("acceptContact", contactId=contact_id)
        desk.until(lambda held: held.agent_contacts[contact_id]["state"] == "connected", "connected")
        for words in answers:
            desk.say(contact_id, words)
            who.wait_for_text(words)

    def comes(self, name: str, first: str, topic: str = "return", **attributes: str) -> Customer:
        who = Customer(self.product.emulator, name, first, Attributes={"topic": topic, **attributes})
        self.ended.callback(who.close)
        return who.open()

    def later(self, seconds: int) -> None:
        self.product.emulator.advance(seconds)

    def finish(self, who: Customer, disposition: str) -> None:
        who.leave()
        self.mira.until(lambda held: held.agent_contacts[who.contact_id]["state"] == "ended", "ended")
        self.mira.call("clearContact", contactId=who.contact_id, disposition=disposition)


@contextmanager
def morning(product: Product) -> Iterator[Scene]:
    """The agent is there, and what she has served so far is over."""
    with ExitStack() as stack:
        mira = stack.enter_context(product.portal.desk("mira"))
        scene = Scene(product, mira, stack)
        mira.available()
        for name, topic, first, answer, disposition in EARLIER:
            who = scene.comes(name, first, topic, **({"email": EMAIL} if name == "Amelia Hart" else {}))
            scene.serve(who, answer)
            scene.finish(who, disposition)
        yield scene


def others(scene: Scene) -> dict[str, Customer]:
    """Who waits, who is answered, whose chat has ended; the emulator's clock is as far behind as they have waited."""
    people: dict[str, Customer] = {}

    def come(name: str, first: str, topic: str, *answers: str) -> None:
        people[name] = scene.comes(name, first, topic)
        scene.serve(people[name], *answers)

    come("Guest 4821", "Is the Tove table real oak?", "order", "It is, and oiled. Take your time, I am here.")
    scene.later(60)
    come("Theodora Papadopoulou", "My parcel says delivered, but it is not here", "delivery")
    scene.later(180)
    come("Kasimir Lund", "The drawer came like this", "return")
    scene.later(60)
    come("Jonas Weber", "When does the courier come?", "delivery", "Between 14 and 16, he rings before.")
    come("Dorota Sikora", "Thank you, the lamp works now", "return", "I am glad. Have a good day, Dorota!")
    people["Dorota Sikora"].leave()
    return people


def say_more(people: dict[str, Customer]) -> None:
    """While the agent looks elsewhere."""
    people["Theodora Papadopoulou"].say("The neighbours have nothing either")
    people["Theodora Papadopoulou"].say("Hello? Is somebody still there")
    sends(people["Kasimir Lund"], b"%PDF-1.4 " + b"0" * 48_000, "drawer.pdf", "application/pdf")
