"""What the portal keeps is for its own user."""

import stat

from ccp_portal import private_files


def mode(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_ours_alone(tmp_path):
    private_files.make_folder(tmp_path / "var" / "portal")
    assert mode(tmp_path / "var" / "portal") == 0o700


def test_a_folder_of_an_earlier_version_is_closed_to_others(tmp_path):
    old = tmp_path / "var"
    old.mkdir()
    old.chmod(0o755)
    private_files.make_folder(old)
    assert mode(old) == 0o700


def test_a_folder_that_everybody_uses_is_left_as_it_is(tmp_path):
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)
    private_files.make_folder(shared)
    assert mode(shared) == 0o1777


def test_what_is_written_after_the_settings_were_read_is_ours_alone(tmp_path):
    (tmp_path / "made").write_text("x")
    assert mode(tmp_path / "made") == 0o600
