"""Whatever a customer or a stranger puts into a value, the log has one line for one event."""

import json
import logging
import sys

import pytest

from ccp_portal.logs import MAX_LINE, MAX_VALUE, JsonFormatter, LineFormatter

FORGED = "Ada\n2026-11-30 12:00:00,000 INFO chats.inbox.webhook Subscribed to arn:evil"


def line(text, *args, error=None, formatter=None, **extra) -> str:
    info = None
    if error is not None:
        try:
            raise error
        except type(error):
            info = sys.exc_info()
    record = logging.LogRecord("chats", logging.WARNING, __file__, 1, text, args, info)
    record.__dict__.update(extra)
    formatter = formatter or LineFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    before = dict(record.__dict__)
    shown = formatter.format(record)
    assert record.__dict__ == before  # other handlers have it as it was
    return shown


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_no_value_begins_a_line(end):
    for shown in (line("said %s", f"a{end}b"), line(f"said a{end}b"), line("said %(it)s", {"it": f"a{end}b"})):
        assert shown.splitlines() == [shown]
        assert shown.endswith(f"said a{end.encode('unicode_escape').decode()}b")


def test_no_value_moves_the_cursor_or_turns_the_text():
    assert line("said %s", "\x1b[2J\x07\u202egnp").endswith(r"said \x1b[2J\x07\u202egnp")


def test_what_an_error_says_cannot_look_like_a_line_either():
    shown = line("it failed", error=ValueError(FORGED))
    first, *more = shown.splitlines()
    assert first.endswith("WARNING chats it failed")
    assert all(one.startswith("  | ") for one in more)
    assert "  | ValueError: Ada" in more


def test_long_values_and_lines_are_shortened():
    assert line("%s and %d", "x" * 40_000, 7).endswith(f"{'x' * MAX_VALUE}… (40000 characters) and 7")
    assert line("%s", ValueError("y" * 40_000)).endswith(f"{'y' * MAX_VALUE}… (40000 characters)")
    assert line("z" * 40_000).endswith("… (40000 characters)")
    assert len(line("z" * 40_000)) < MAX_LINE + 100


@pytest.mark.parametrize(("status", "lines"), [(400, 1), (403, 1), (413, 1)])
def test_a_visitors_fault_is_one_line(status, lines):
    assert len(line("Forbidden: %s", "/admin/", error=PermissionError(), status_code=status).splitlines()) == lines


def test_a_fault_of_ours_keeps_its_traceback():
    assert "Traceback" in line("Internal Server Error: %s", "/", error=KeyError("x"), status_code=500)


@pytest.mark.django_db
def test_a_wrong_host_and_a_page_that_is_not_theirs_are_one_line_each(client, caplog, django_user_model):
    client.force_login(django_user_model.objects.create(username="nobody"))
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400
    assert client.get("/desk/").status_code == 403
    (handler,) = logging.getLogger().manager.root.handlers[:1]
    shown = [handler.format(record) for record in caplog.records]
    assert [len(one.splitlines()) for one in shown] == [1, 1]
    assert isinstance(handler.formatter, LineFormatter)


def test_json_is_one_object_a_line_with_its_traceback_apart():
    shown = line("said %s", FORGED, error=ValueError("x"), formatter=JsonFormatter())
    read = json.loads(shown)
    assert (shown.splitlines(), read["level"], read["logger"]) == ([shown], "WARNING", "chats")
    assert read["message"] == f"said {FORGED}"
    assert read["traceback"].splitlines()[-1] == "ValueError: x"
    assert "traceback" not in json.loads(line("said", formatter=JsonFormatter()))
