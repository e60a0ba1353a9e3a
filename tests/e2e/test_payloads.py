"""A customer sends what harms other desks: the agent sees safe text, and the desk stays smooth.

The page is the real one, under its real Content-Security-Policy and Trusted Types; its socket is fed, so that every field
of the language can be hostile, also those a server of ours would never send.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import window
from tests.e2e.fed_desk import Guarded, agent_contact, answer, item
from tests.portal import RunningPortal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SIZE = {"width": 1440, "height": 900}
INTERACTIVE = "application/vnd.amazonaws.connect.message.interactive"
BAD = "bad"
CALM = "calm"

HOSTILE = [
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://stranger.example/pixel.png>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:alert(1)><text y=20>press</text></a></svg>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "<object data=data:text/html,<script>alert(1)</script>></object>",
    "<embed src=//stranger.example/x.swf>",
    "<link rel=stylesheet href=//stranger.example/x.css>",
    "<style>@import '//stranger.example/x.css'; * {display: none}</style>",
    "<base href=//stranger.example/>",
    "<meta http-equiv=refresh content='0;url=//stranger.example'>",
    "<form action=//stranger.example><input name=q autofocus onfocus=alert(1)></form>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<body onload=alert(1)>",
    "<template shadowrootmode=open><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--<img src=--><img src=x onerror=alert(1)>//>",
    "javascript:alert(1)",
    "[press](javascript:alert(1))",
    "[press](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](https://stranger.example/pixel.png)",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "#{7*7}<%= 7*7 %>",
    "%(name)s %(n)s %s {0}",
    "__proto__",
    "constructor",
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u202d\u202eturned\u2069",
    "\u0000\u0008\u001b[31mred",
    "\ufeff\u200b\u200d\u2028\u2029",
    "a\u0300" * 200,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 50,
    "ﷺ" * 200,
    "W" * 4000,
]


@pytest.fixture
def desk(chromium_once: Browser, lone_portal: RunningPortal) -> Iterator[Guarded]:
    with window(chromium_once, viewport=SIZE) as page:
        guarded = Guarded(page, lone_portal)
        yield guarded
        assert guarded.harm() == []


def form(number: int, words: str, template: str = "ListPicker", **changes: Any) -> dict[str, Any]:
    options = [{"title": words, "subtitle": words, "imageData": words, "imageDescription": words}]
    content = {"title": words, "subtitle": words, "elements": options, "timeslots": [{"date": words}]}
    told = json.dumps({"templateType": template, "version": "1.0", "data": {"content": content}})
    return flow(number, told, **changes)


def flow(number: int, content: str, **changes: Any) -> dict[str, Any]:
    said = {"ContentType": INTERACTIVE, "ParticipantRole": "SYSTEM", "DisplayName": "BOT"}
    return item(number, BAD, content, **said | changes)


def everywhere(words: str, number: int) -> list[dict[str, Any]]:
    """The same words in every field of an item that a customer, a bot or a flow can fill."""
    name = {"DisplayName": words}
    files = [{"AttachmentId": words, "AttachmentName": words, "ContentType": words, "Status": words}]
    view = {"ContentType": f"{INTERACTIVE}.response"}
    event = {"Type": "EVENT", "ContentType": f"application/vnd.amazonaws.connect.event.{words}"}
    rich = [{"tag": "p", "children": [words, {"tag": "a", "children": [words], "href": words}]}]
    return [
        item(number, BAD, words, **name),
        item(number + 1, BAD, words, ContentType="text/markdown", Rich=rich),
        item(number + 2, BAD, None, Type="ATTACHMENT", Attachments=files) | {"Content": None},
        form(number + 3, words),
        form(number + 4, words, "Carousel"),
        form(number + 5, words, words),
        flow(number + 6, words),
        item(number + 7, BAD, json.dumps({"action": words, "data": {words: words}}), **view),
        item(number + 8, BAD, words, **event, **name),
        item(number + 9, BAD, f"Bot Transcript: (1\\1)\n{words}: {words}", **name),
        item(number + 10, BAD, words, ParticipantRole="SYSTEM"),
        answer(number + 11, BAD, words, Author={"id": 9, "name": words}),
    ]


def lay(desk: Guarded, items: list[dict[str, Any]], **changes: Any) -> None:
    name = changes.pop("name", "Amelia Hart")
    desk.lay([agent_contact(BAD, customerName=name), agent_contact(CALM, customerName="Ben Okri")], viewing=CALM)
    desk.chat(BAD, items, customerName=name, **changes)
    desk.chat(CALM, [item(1, CALM, "Hello")], customerName="Ben Okri")
    desk.open()


def scroll_through(desk: Guarded) -> Iterator[int]:
    """Every screen of the transcript in view, from its beginning."""
    log = desk.page.locator("#log")
    log.evaluate("log => { log.scrollTop = 0 }")
    for _ in range(2000):
        desk.page.wait_for_timeout(60)
        yield int(log.evaluate("log => log.scrollTop"))
        if log.evaluate("log => log.scrollTop + log.clientHeight >= log.scrollHeight - 2"):
            return
        log.evaluate("log => { log.scrollTop += log.clientHeight }")
    pytest.fail("the transcript has no end")


FOREIGN = """() => [...document.querySelectorAll("body *")].flatMap(one => [
  ...(["script", "iframe", "object", "embed", "img", "video", "audio", "base", "meta", "style", "form", "math", "foreignObject", "animate"]
      .includes(one.localName) && !one.matches("#composer, #whisper-form, #logout, dialog > form, form.languages, form.wrap, body > script") ? [one.outerHTML.slice(0, 200)] : []),
  ...[...one.attributes].filter(({ name }) => name.startsWith("on")).map(({ name }) => `${one.localName} ${name}`),
  ...(one.localName === "a" && one.closest("#rows") && !/^(https?|mailto|tel):/.test(one.getAttribute("href")) ? [one.outerHTML] : []),
])"""


def test_hostile_words_are_words_wherever_they_stand(desk: Guarded) -> None:
    items = [one for place, words in enumerate(HOSTILE) for one in everywhere(words, 1 + 12 * place)]
    attributes = {words: words for words in HOSTILE}
    kinds = ("URL", "EMAIL", "DATE", "ATTACHMENT")
    references = [{"name": words, "type": kind, "value": words, "status": words} for words in HOSTILE for kind in kinds]
    desk.page.set_viewport_size({"width": 1440, "height": 4_000})  # few screens: each is searched as a whole
    lay(desk, items, name=HOSTILE[0], attributes=attributes, references=references)
    desk.page.on("popup", lambda popup: desk.strangers.append(popup.url))
    desk.view(BAD)
    expect(desk.page.locator("#head h2")).to_have_text(HOSTILE[0])
    desk.page.locator("#details [data-at=more]").click()
    expect(desk.page.locator("#details [data-at=facts] dt")).to_have_count(len(attributes))
    expect(desk.page.locator("#details [data-at=reference-facts] dt")).to_have_count(len(references))
    expect(desk.page.locator("#details a")).to_have_count(0)
    before = desk.page.evaluate(FOREIGN)
    seen: set[str] = set()
    for _ in scroll_through(desk):
        assert desk.page.evaluate(FOREIGN) == before == []
        seen |= set(
            desk.page.evaluate("() => [...document.querySelectorAll('#rows .bubble')].map(one => one.textContent)")
        )
    assert [words for words in HOSTILE if words not in seen] == []


def test_a_tree_with_unknown_pieces_and_links_shows_their_words_only(desk: Guarded) -> None:
    tree = [
        {"tag": "p", "children": [{"tag": "a", "children": ["press"], "href": "javascript:alert(1)"}]},
        {"tag": "p", "children": [{"tag": "a", "children": [" here"], "href": "https://shop.example/x"}]},
    ]
    lay(desk, [item(1, BAD, "words", ContentType="text/markdown", Rich=tree)])
    # The closed protocol refuses this piece; whoever gets past it gets no further.
    text = desk.frame("item", f"conversation:{BAD}", item=item(2, BAD, "x", ContentType="text/markdown", Rich=tree))
    evil = (
        '{"tag": "script", "children": ["alert(1)"]}, {"tag": "img", "children": [], "src": "x", "onerror": "alert(1)"}'
    )
    desk.view(BAD)
    desk.push(text.replace('"Rich": [', f'"Rich": [{evil}, '))
    expect(desk.bubbles).to_have_text(["press here", "alert(1)press here"])
    assert desk.page.evaluate(FOREIGN) == []
    links = desk.page.locator("#rows a")
    expect(links).to_have_count(2)
    for name, value in {"href": "https://shop.example/x", "target": "_blank", "rel": "noopener noreferrer"}.items():
        expect(links.first).to_have_attribute(name, value)


def test_no_script_of_the_page_may_make_a_policy_or_html(desk: Guarded) -> None:
    lay(desk, [])
    policy = "() => { try { trustedTypes.createPolicy('ours', {createHTML: x => x}); return 'made' } catch { return 'refused' } }"
    html = "() => { try { document.body.innerHTML = '<b>x</b>'; return 'set' } catch { return 'refused' } }"
    assert [desk.page.evaluate(policy), desk.page.evaluate(html)] == ["refused", "refused"]
    assert len(desk.page.evaluate("window.violations.splice(0)")) == 2  # ours, and told


def test_sixteen_kilobytes_of_emoji_are_shown_and_do_not_hold_up_the_desk(desk: Guarded) -> None:
    emoji = "\U0001f9d1\U0001f3fd\u200d\U0001f680" * 1200
    assert len(emoji.encode()) <= 18_000
    lay(desk, [item(number, BAD, emoji) for number in range(1, 6)])
    desk.view(BAD)
    expect(desk.bubbles.last).to_have_text(emoji)
    desk.page.locator("#words").fill("still here")
    desk.view(CALM)
    expect(desk.bubbles).to_have_text(["Hello"])


def test_a_name_of_combining_marks_stays_in_its_line(desk: Guarded) -> None:
    name = "Z" + "\u0301\u0489\u035b" * 85
    lay(desk, [item(1, BAD, "h\u0301\u0489" * 100, DisplayName=name)], name=name)
    heights = desk.page.evaluate("() => [...document.querySelectorAll('#cards .card')].map(one => one.offsetHeight)")
    assert heights[0] == heights[1]
    calm = desk.page.locator("#head").bounding_box()
    desk.view(BAD)
    expect(desk.page.locator("#head h2")).to_have_text(name)
    assert desk.page.locator("#head").bounding_box() == calm
    for place in (".card__name", ".talk__who h2", ".person h3", ".group__who", "#rows .bubble"):
        overflow = desk.page.locator(place).first.evaluate("one => getComputedStyle(one).overflowY")
        assert (place, overflow) == (place, "clip")


@pytest.mark.parametrize(
    "content", ["{", "", "null", '{"templateType":"ListPicker","data":{"content":{"elements":[null,{}]}}}', "[" * 9000]
)
def test_a_broken_interactive_message_is_said_to_be_one_and_its_json_is_not_shown(desk: Guarded, content: str) -> None:
    lay(desk, [flow(1, content)])
    desk.view(BAD)
    expect(desk.bubbles).to_have_text(["Interactive message that cannot be read"])


def test_an_unknown_template_is_its_title_and_says_that_it_cannot_be_read(desk: Guarded) -> None:
    lay(desk, [flow(1, '{"templateType":"Hologram","data":{"content":{"title":"Which?"}}}')])
    desk.view(BAD)
    expect(desk.page.locator("#rows .ask")).to_contain_text("Which?")
    expect(desk.page.locator("#rows .ask__foot")).to_have_text("Interactive message that cannot be read")


def test_a_file_that_lies_about_its_ending_shows_its_letters_in_order(desk: Guarded) -> None:
    lies = {"AttachmentName": "invoice\u202efdp.exe", "ContentType": "application/octet-stream", "Status": "APPROVED"}
    lay(desk, [item(1, BAD, None, Type="ATTACHMENT", Attachments=[lies]) | {"Content": None}])
    desk.view(BAD)
    expect(desk.page.locator(".file__name")).to_have_text("invoicefdp.exe")
    expect(desk.page.locator(".file__facts")).to_contain_text("application/octet-stream")


def test_words_that_run_the_other_way_turn_nothing_else_round(desk: Guarded) -> None:
    lay(
        desk, [item(1, BAD, "\u202eturned", DisplayName="\u202eAmelia"), item(2, BAD, "مرحبا 123")], name="\u202eAmelia"
    )
    desk.view(BAD)
    expect(desk.bubbles.last).to_have_attribute("dir", "auto")
    isolated = "one => ['isolate', 'isolate-override', 'plaintext'].includes(getComputedStyle(one).unicodeBidi)"
    for place in ("#head h2 bdi", ".card__name bdi", ".group__who span", ".person h3 bdi"):
        assert (place, desk.page.locator(place).first.evaluate(isolated)) == (place, True)


def test_a_thousand_messages_a_minute_leave_the_composer_alone(desk: Guarded) -> None:
    """Five seconds of them, seventeen a second, into the contact in view, while the agent types."""
    lay(desk, [item(1, BAD, "first")])
    desk.view(BAD)
    expect(desk.bubbles).to_have_count(1)
    words = desk.page.locator("#words")
    words.click()
    typed = ""
    for number in range(2, 87):
        desk.say(item(number, BAD, f"flood {number} {HOSTILE[number % len(HOSTILE)][:200]}"))
        if number % 2:
            letter = chr(97 + number % 26)
            desk.page.keyboard.type(letter)
            typed += letter
        desk.page.wait_for_timeout(40)
    assert words.input_value() == typed
    expect(desk.bubbles.last).to_contain_text("flood 86")
    drawn = desk.bubbles.count()
    assert drawn < 80, f"{drawn} bubbles are drawn of 86"
    unread = desk.page.locator(f"#cards [data-contact='{BAD}']")
    expect(unread).to_contain_text("flood 86")


def test_the_policy_is_the_strict_one(desk: Guarded) -> None:
    lay(desk, [])
    headers = desk.page.request.get(f"{desk.portal.url}/desk/").headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    strict = {"default-src": "'self'", "require-trusted-types-for": "'script'", "trusted-types": "'none'"}
    assert {name: policy[name] for name in strict} == strict
    assert "unsafe" not in headers["content-security-policy"]
