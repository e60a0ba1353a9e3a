"""People and quick responses as CSV: what is wrong is named by line and column, and nothing is imported until all is right."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile

from agents.admin.tables import reading
from agents.models import Agent, QuickResponse
from tests import factories

pytestmark = pytest.mark.django_db
PEOPLE, RESPONSES = "/admin/auth/user/", "/admin/agents/quickresponse/"


@pytest.fixture
def admin(client):
    client.force_login(factories.admin("admin"))
    factories.state("Offline")
    factories.routing_profile(name="Chat")
    return client


def look(admin, where, text):
    data = text if isinstance(text, bytes) else text.encode()
    return admin.post(f"{where}import/", {"file": SimpleUploadedFile("a.csv", data)})


def problems(answer):
    return [(one.line, one.column, one.text) for one in answer.context["named"]]


def do(admin, where, answer):
    done = admin.post(f"{where}import/", {"text": answer.context["text"], "do": "Import"})
    assert done.status_code == 302, problems(done)
    return [str(one) for one in get_messages(done.wsgi_request)][-1]


def test_people_are_looked_at_then_imported_and_the_same_again_changes_nothing(admin):
    group = factories.team("Team North")
    text = "login;name;last_name;email;groups;routing_profile;chats\nmira;Mira;Okafor;m@example.com;Team North;Chat;2\n\nida;Ida;Reuter;;;;\n"
    seen = look(admin, PEOPLE, "\ufeff" + text)
    assert (problems(seen), User.objects.count()) == ([], 1)
    assert do(admin, PEOPLE, seen) == "2 new, 0 changed, 0 as before."
    agent = Agent.objects.get()
    assert (agent.name, agent.routing_profile.name, agent.capacity, agent.state.name) == (
        "Mira Okafor",
        "Chat",
        2,
        "Offline",
    )
    assert list(agent.user.groups.all()) == [group]
    assert not agent.user.has_usable_password()
    assert do(admin, PEOPLE, look(admin, PEOPLE, text)) == "0 new, 0 changed, 2 as before."
    changed = look(admin, PEOPLE, "login,chats,routing_profile\nmira,,Chat\n")
    assert do(admin, PEOPLE, changed) == "0 new, 1 changed, 0 as before."
    agent = Agent.objects.get()
    assert (agent.capacity_override, agent.user.first_name) == (None, "Mira")


def test_what_is_wrong_is_named_by_line_and_column_and_nothing_is_imported(admin):
    text = "login,name,email,groups,routing_profile,chats\nmira,Mira,x,Nobody,Night,11\nMIRA,M,,,,\nADMIN,,,,,\n,,a@example.com,,,\n=cmd(),,,,,\n"
    answer = look(admin, PEOPLE, text)
    assert problems(answer) == [
        (2, "email", "Enter a valid email address."),
        (2, "groups", "There is no group “Nobody”."),
        (2, "routing_profile", "There is no routing profile “Night” with queues. There are: Chat."),
        (2, "chats", "A number from 1 to 10, or nothing."),
        (3, "login", "“MIRA” stands in line 2 already."),
        (4, "login", "There is a login “admin” already."),
        (5, "login", "This field cannot be blank."),
        (6, "login", "“=cmd()” begins like a formula of a table program."),
        (6, "login", "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters."),
    ]
    refused = admin.post(f"{PEOPLE}import/", {"text": text, "do": "Import"})
    assert (refused.status_code, User.objects.count()) == (200, 1)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("login\nJürgen\n".encode("latin-1"), (2, "", "This is not UTF-8: save the file as “CSV UTF-8”.")),
        (b"\n", (1, "", "The file is empty.")),
        (b"PK\x03\x04\x00\x00", (1, "", "This is not a CSV file.")),
        (b"name\nMira\n", (1, "login", "This column is missing.")),
        (b"login,login\na,b\n", (1, "login", "This column stands there twice.")),
        (b"login,shoe\na,b\n", (1, "shoe", "There is no such column. There are: login, name, last_name, email, groups, routing_profile, chats.")),
        (b"login\na,b\n", (2, "", "There are 2 cells under 1 columns.")),
        (b'login\n"a', (2, "", "This line cannot be read: unexpected end of data.")),
        (b"login\n" + b"x\n" * 100_000, (reading.MOST_LINES + 2, "", "The file has more than 5000 lines: import it in parts.")),
        (b"x" * 1_100_000, (0, "", "The file has more than 1000000 bytes: import it in parts.")),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_where_and_why(admin, data, expected):
    assert problems(look(admin, PEOPLE, data)) == [expected]


def test_many_problems_are_counted_and_the_check_costs_as_many_queries(admin, django_assert_max_num_queries):
    with django_assert_max_num_queries(16):
        answer = look(admin, PEOPLE, "login,chats\n" + "".join(f"p{number},99\n" for number in range(2_000)))
    assert (len(problems(answer)), answer.context["more"]) == (100, 1_900)


def test_what_is_exported_is_imported_as_it_was_and_no_cell_is_a_formula(admin):
    queue = factories.queue()
    QuickResponse.objects.create(shortcut="sum", name="Sum", content='=SUM(A1)\nand "more", see').queues.add(queue)
    answer = admin.get(f"{RESPONSES}export/")
    assert "attachment" in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig")
    assert "'=SUM(A1)" in text
    assert do(admin, RESPONSES, look(admin, RESPONSES, answer.content)) == "0 new, 0 changed, 1 as before."
    QuickResponse.objects.all().delete()
    assert do(admin, RESPONSES, look(admin, RESPONSES, answer.content)) == "1 new, 0 changed, 0 as before."
    response = QuickResponse.objects.get()
    assert (response.content, list(response.queues.all())) == ('=SUM(A1)\nand "more", see', [queue])
    assert (
        "There is no queue “Moon”."
        in look(admin, RESPONSES, "shortcut,name,content,queues\na,A,B,Moon\n").content.decode()
    )


def test_export_and_import_ask_for_their_permission(client):
    client.force_login(factories.user("clerk", is_staff=True))
    for where in (PEOPLE, RESPONSES):
        assert client.get(f"{where}export/").status_code == 403
        assert client.get(f"{where}import/").status_code == 403


def test_the_lists_lead_there(admin):
    shown = admin.get(PEOPLE).content.decode()
    assert f"{PEOPLE}import/" in shown
    assert "login,name,last_name" in admin.get(f"{PEOPLE}export/").content.decode("utf-8-sig")
