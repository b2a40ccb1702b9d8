"""As whom we call a peer: where the passcode stands, and where it may go."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from pacs_dedup.config import Settings
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.wiring.associations import check_peers_tls
from pacs_dedup.wiring.our_user import our_user

HERE = {"name": "archive", "address": "ARCHIVE@127.0.0.1:104", "roles": ["destination"]}
THERE = {**HERE, "address": "ARCHIVE@10.1.2.3:104"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    kept = tmp_path / "archive.passcode"
    kept.write_text("paß wort\n")
    kept.chmod(0o600)
    return kept


def settings(peer: dict[str, object], **more: object) -> Settings:
    return Settings(peers=[peer | more])


def found(peer: dict[str, object], **more: object) -> tuple[str, bytes]:
    find = our_user(settings(peer, **more).peers[0])
    assert find is not None
    user = find()
    return user.name, user.passcode


def test_by_default_nobody_is_stated() -> None:
    assert our_user(settings(HERE).peers[0]) is None


def test_a_name_alone_may_be_stated_on_every_way() -> None:
    assert found(THERE, our_user="radiology") == ("radiology", b"")


@pytest.mark.parametrize("written", ["paß wort", "paß wort\n", "paß wort\r\n"])
def test_a_passcode_is_the_content_of_its_file_without_the_end_of_the_line(file: Path, written: str) -> None:
    file.write_bytes(written.encode())
    assert found(HERE, our_user="röntgen", our_passcode_file=file) == ("röntgen", "paß wort".encode())


def test_a_passcode_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_PASSCODE", "paß wort")
    assert found(HERE, our_user="radiology", our_passcode_env="ARCHIVE_PASSCODE")[1] == "paß wort".encode()


def test_a_new_passcode_counts_from_the_next_association_on(file: Path) -> None:
    find = our_user(settings(HERE, our_user="radiology", our_passcode_file=file).peers[0])
    assert find is not None
    assert find().passcode == "paß wort".encode()
    file.write_text("another")
    assert find().passcode == b"another"
    file.unlink()
    assert find().passcode == b"another", "while it is exchanged the one before stays"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"our_user": "x", "our_passcode_env": "A", "our_passcode_file": "b"}, "in one place"),
        ({"our_passcode_env": "A"}, "needs the name of its user"),
        ({"our_passcode_file": "b"}, "needs the name of its user"),
        ({"our_user": "x", "address": "ARCHIVE@127.0.0.1", "roles": ["source"]}, "names no port"),
        ({"our_user": "x" * 257}, "at most 256 characters"),
    ],
)
def test_what_does_not_fit_together_is_told(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(HERE, **wrong)


def test_our_passcode_may_not_cross_the_network_in_the_open(file: Path) -> None:
    with pytest.raises(ValidationError, match="set tls = true"):
        settings(THERE, our_user="x", our_passcode_file=file)
    with pytest.raises(ValidationError, match="set tls = true"):
        settings(THERE, our_user="x", our_passcode_env="A")
    tls = {"ca": file}
    secure = Settings(dicom={"tls": tls}, peers=[THERE | {"our_user": "x", "our_passcode_file": file, "tls": True}])
    assert secure.peers[0].gives_passcode


@pytest.mark.parametrize("fault", ["missing", "empty", "open", "unset"])
def test_a_service_does_not_start_without_the_passcode(file: Path, fault: str) -> None:
    where: dict[str, object] = {"our_passcode_file": file}
    match fault:
        case "missing":
            file.unlink()
        case "empty":
            file.write_text("\n")
        case "open":
            file.chmod(0o644)
        case _:
            where = {"our_passcode_env": "NOT_SET_ANYWHERE"}
    with pytest.raises(BadConfiguration, match=r"^archive: our_passcode_") as caught:
        check_peers_tls(settings(HERE, our_user="x", **where))
    assert "; " in str(caught.value), "what to do is said"
    assert "wort" not in str(caught.value)


def test_an_empty_file_name_is_none() -> None:
    assert settings(HERE, our_passcode_file="").peers[0].our_passcode_file is None
