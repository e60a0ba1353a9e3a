"""The files of deploy/ name what there is: commands, settings, files, and the permissions that its guide asks for."""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
GUIDE = (DEPLOY / "README.md").read_text()
CFN_LINT = "cfn-lint==1.58.0"


class Template(yaml.SafeLoader):
    """CloudFormation's short forms stay what they are written as."""


def _short_form(loader: Template, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return loader.construct_sequence(node, deep=True) if isinstance(node, yaml.SequenceNode) else None


Template.add_multi_constructor("!", _short_form)
RESOURCES = yaml.load((DEPLOY / "aws.yaml").read_text(), Template)["Resources"]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def settings() -> set[str]:
    return set(re.findall(r"^#?\s?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def statements(document: dict[str, Any]) -> dict[str, set[str]]:
    """Of a policy: actions by the statement's name."""
    found = {}
    for one in document["Statement"]:
        statement = one[1] if isinstance(one, list) else one  # !If: the first of the two
        actions = statement["Action"]
        found[statement["Sid"]] = {actions} if isinstance(actions, str) else set(actions)
    return found


def in_the_guide() -> list[dict[str, Any]]:
    """The JSON documents of the guide."""
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)]


def test_the_template_gives_the_permissions_of_the_guide_and_no_more() -> None:
    asked = next(one for one in in_the_guide() if "JoinContacts" in json.dumps(one))
    given = statements(RESOURCES["PortalPolicy"]["Properties"]["PolicyDocument"])
    of_the_queue = given.pop("ReadTheQueue")
    assert given == statements(asked)
    assert of_the_queue == set(re.findall(r"`(sqs:(?:Receive|Delete|Change)\w+)`", GUIDE))


def test_only_this_instance_publishes_and_only_this_topic_fills_the_queues() -> None:
    asked = next(one for one in in_the_guide() if "AmazonConnectPublishes" in json.dumps(one))
    (given,) = RESOURCES["TopicPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (wanted,) = asked["Statement"]
    assert (given["Principal"], given["Action"]) == (wanted["Principal"], wanted["Action"])
    assert {kind: set(named) for kind, named in given["Condition"].items()} == {
        kind: set(named) for kind, named in wanted["Condition"].items()
    }
    for name in ("QueuePolicy", "UndeliveredPolicy"):
        (statement,) = RESOURCES[name]["Properties"]["PolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
        assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": "Topic"}}


def test_sns_tries_as_long_as_the_guide_says() -> None:
    asked = next(one for one in in_the_guide() if "DeliveryPolicy" in one)
    assert RESOURCES["Webhook"]["Properties"]["DeliveryPolicy"] == json.loads(asked["DeliveryPolicy"])
    assert f'maxReceiveCount\\":\\"{RESOURCES["Queue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]}\\"' in GUIDE


@pytest.mark.parametrize(("name", "file"), [("Handover", "handover_lambda.py"), ("StartChat", "start_chat_lambda.py")])
def test_a_lambda_has_the_variables_that_its_code_reads(name: str, file: str) -> None:
    function = RESOURCES[name]["Properties"]
    source = (DEPLOY / file).read_text()
    assert function["Handler"] == f"{Path(file).stem}.handler"
    variables = set(function["Environment"]["Variables"])
    assert set(re.findall(r'os\.environ\["(\w+)"\]', source)) <= variables
    assert [one for one in variables if f'"{one}"' not in source] == []
    assert f"--timeout {function['Timeout']} " in GUIDE


@pytest.mark.parametrize("file", ["Containerfile", "Containerfile.emulator"])
def test_what_an_image_copies_is_there(file: str) -> None:
    text = (DEPLOY / file).read_text()
    copied = [source for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for source in line.split()[:-1]]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    named = re.findall(r"(deploy/[\w./-]+\.\w+)", text.partition("CMD")[2])
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_services_and_units_run_commands_that_there_are() -> None:
    run = {name: one["command"] for name, one in COMPOSE.items() if "manage.py" in one.get("command", [])}
    for unit in (DEPLOY / "systemd").glob("*.service"):
        parsed = configparser.RawConfigParser(strict=False, interpolation=None)
        parsed.read(unit)
        run[unit.name] = parsed["Service"]["ExecStart"].split()
    image = re.search(r"^CMD (\[.*?\])$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert image is not None
    run["image"] = json.loads(image[1])
    assert len(run) == 5
    for name, words in run.items():
        command = words[words.index("manage.py") + 1]
        assert command in get_commands(), name
        told = subprocess.run(
            [sys.executable, "manage.py", command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        assert [word for word in words if word.startswith("--") and word not in told] == [], name


def test_settings_that_compose_sets_are_settings() -> None:
    for name, service in COMPOSE.items():
        if service.get("image") == "ccp-portal":
            assert set(service["environment"]) <= settings(), name


@pytest.mark.full
@pytest.mark.timeout(600)
def test_the_template_is_clean_under_cfn_lint(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    subprocess.run([tmp_path / "venv" / "bin" / "pip", "install", "-q", CFN_LINT], check=True)
    # W3002: the Lambdas' files are packed by `aws cloudformation package`, as the guide says.
    done = subprocess.run(
        [tmp_path / "venv" / "bin" / "cfn-lint", "-i", "W3002", "--", DEPLOY / "aws.yaml"], check=False
    )
    assert done.returncode == 0
