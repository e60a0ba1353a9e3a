"""What the documents say about settings is what the settings are."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
COMPUTED = object()


def in_the_code():
    """Every variable that the settings read from their environment, and its default."""
    read = ["ccp_portal/settings.py", "ccp_portal/sso/configuration.py"]
    calls = [node for path in read for node in ast.walk(ast.parse((ROOT / path).read_text())) if reads(node)]
    return {call.args[0].value: default(call) for call in calls}


def reads(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "env"


def default(call):
    [value] = [keyword.value for keyword in call.keywords if keyword.arg == "default"]
    try:
        return as_written(ast.literal_eval(value))
    except ValueError:
        return COMPUTED


def as_written(value):
    """A default of the code as a line of the example."""
    if isinstance(value, list):
        return ",".join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def in_the_example():
    """Every variable the example names, also one that is commented out because it may not be empty."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    settings = [line.removeprefix("#") for line in lines if line and not line.startswith("# ")]
    return {name: value.strip('"') for name, value in (line.split("=", 1) for line in settings)}


def test_the_example_names_every_setting_and_no_other():
    assert sorted(in_the_example()) == sorted(in_the_code())


def test_the_examples_values_are_the_defaults():
    plain = {name: value for name, value in in_the_code().items() if value is not COMPUTED}
    assert len(plain) > 20
    assert {name: value for name, value in in_the_example().items() if name in plain} == plain


def test_a_shell_can_load_the_example_and_the_portal_runs_with_it(tmp_path):
    load = f"set -a; . ./.env.example; set +a; CCP_DATA_DIR={tmp_path}; {sys.executable} manage.py check"
    done = subprocess.run(["sh", "-ec", load], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_the_readme_names_every_setting_and_no_other():
    chapter = (ROOT / "README.md").read_text().partition("\n## Configuration\n")[2].partition("\n## ")[0]
    first_cells = [line.split("|")[1] for line in chapter.splitlines() if line.startswith("| `")]
    assert sorted(re.findall(r"`(\w+)`", " ".join(first_cells))) == sorted(in_the_code())


def test_the_tests_that_are_said_to_show_what_the_desk_does_are_there():
    said = (ROOT / "docs" / "desk.md").read_text()
    named = set(re.findall(r"`((?:tests/)?[\w/]*\w+\.(?:py|test\.mjs))(?:::(test_\w+))?`", said))
    assert len(named) > 90
    assert [(path, name) for path, name in sorted(named) if not is_there(path, name)] == []


def is_there(path, name):
    file = ROOT / path if path.startswith("tests/") else ROOT / "tests" / "e2e" / path
    return file.exists() and (not name or f"def {name}(" in file.read_text())
