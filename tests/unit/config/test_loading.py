import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from pacs_dedup.config import Peer, PeerRole, Settings, load_settings
from pacs_dedup.domain.errors import BadConfiguration
from pacs_dedup.domain.policy import Action

EXAMPLE = Path(__file__).parents[3] / "config" / "pacs_dedup.example.toml"


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PACS_DEDUP_CONFIG", raising=False)


def written(tmp_path, text):
    path = tmp_path / "site.toml"
    path.write_text(text)
    return path


def complaint(*arguments, **named):
    with pytest.raises(BadConfiguration) as caught:
        load_settings(*arguments, **named)
    return str(caught.value)


def test_the_example_file_equals_the_defaults():
    assert load_settings(EXAMPLE) == Settings()


def assert_commented(section, example, model, lines):
    assert set(example) == set(type(model).model_fields)
    below = lines[lines.index(f"[{section}]") :]
    for key, value in example.items():
        if isinstance(value, dict):
            assert_commented(f"{section}.{key}", value, getattr(model, key), lines)
        else:
            above = below[next(i for i, line in enumerate(below) if line.startswith(f"{key} =")) - 1]
            assert above.startswith("#"), f"{section}.{key} has no comment"


def test_the_example_file_names_every_key_with_a_comment():
    lines = EXAMPLE.read_text().splitlines()
    example = tomllib.loads(EXAMPLE.read_text())
    for section, field in Settings.model_fields.items():
        if isinstance(field.default, BaseModel):
            assert_commented(section, example[section], field.default, lines)
    for key in Peer.model_fields:
        assert any(line.startswith(f"# {key} = ") for line in lines), f"peers.{key}"


def test_the_commented_peer_in_the_example_is_a_valid_gateway(tmp_path):
    lines = EXAMPLE.read_text().splitlines()
    peer = [line.removeprefix("# ") for line in lines[lines.index("# [[peers]]") :]]
    settings = load_settings(written(tmp_path, "\n".join(line.replace("#  ", "") for line in peer)))
    assert [p.name for p in settings.destinations] == ["archive"]


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(tmp_path, monkeypatch):
    path = written(tmp_path, "[dicom]\nport = 1\nmax_associations = 1\nae_title = 'FILE'\n")
    monkeypatch.setenv("PACS_DEDUP_DICOM__PORT", "2")
    monkeypatch.setenv("PACS_DEDUP_DICOM__MAX_ASSOCIATIONS", "2")
    dicom = load_settings(path, {"dicom.port": 3, "dicom.ae_title": None}).dicom
    assert (dicom.port, dicom.max_associations, dicom.ae_title, dicom.max_pdu) == (3, 2, "FILE", 131072)


def test_the_file_named_by_the_environment_is_read_before_the_one_in_the_folder(tmp_path, monkeypatch):
    (tmp_path / "pacs-dedup.toml").write_text("[dicom]\nport = 1\n")
    assert load_settings().dicom.port == 1
    monkeypatch.setenv("PACS_DEDUP_CONFIG", str(written(tmp_path, "[dicom]\nport = 2\n")))
    assert load_settings().dicom.port == 2


def test_peers_come_from_the_environment_as_json(monkeypatch):
    monkeypatch.setenv("PACS_DEDUP_PEERS", '[{"name": "a", "address": "A@h:1", "roles": ["destination"]}]')
    assert [peer.name for peer in load_settings().destinations] == ["a"]


def test_every_problem_is_told_at_once_with_its_place(tmp_path, monkeypatch):
    path = written(tmp_path, "[dicom]\nmax_pdu = 5\nae_title = 'SEVENTEEN_LETTERS'\n[mode]\naction = 'delete'\n")
    monkeypatch.setenv("PACS_DEDUP_DICOM__PORT", "70000")
    text = complaint(path, {"workers.count": -1})
    assert text.startswith("The configuration can not be used (5 problems):")
    for part in (
        f"dicom.max_pdu ({path}): use 0 (no limit) or at least 4096",
        f"dicom.ae_title ({path})",
        "mode.action",
        "dicom.port (environment)",
        "workers.count (flag)",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[dicom]\nprot = 1\n", "dicom.prot ({path}): unknown key; did you mean 'port'?"),
        ("[mood]\naction = 'flag'\n", "mood ({path}): unknown key; did you mean 'mode'?"),
        ("[[peers]]\nname = 'a'\nadress = 'A'\n", "peers.0.adress ({path}): unknown key; did you mean 'address'?"),
        ("[storage]\nzzz = 1\n", "unknown key; possible are path, database_url, low_water_mb"),
    ],
)
def test_an_unknown_key_is_refused_with_a_suggestion(tmp_path, text, said):
    path = written(tmp_path, text)
    assert said.format(path=path) in complaint(path)


def test_an_unknown_section_in_the_environment_is_refused_with_a_suggestion(monkeypatch):
    monkeypatch.setenv("PACS_DEDUP_DICM__PORT", "104")
    assert "PACS_DEDUP_DICM__PORT: unknown section; did you mean 'dicom'?" in complaint()


def test_two_peers_of_one_name_are_refused(tmp_path):
    block = "[[peers]]\nname = 'a'\naddress = 'A'\n"
    assert "two peers are called 'a'" in complaint(written(tmp_path, block * 2))


@pytest.mark.parametrize("address", ["A", "A@host", "A@:104", "@host:1", "A@host:70000", "TOO_LONG_AE_TITLE@h:1"])
def test_a_destination_needs_a_whole_address(tmp_path, address):
    text = f"[[peers]]\nname = 'a'\naddress = '{address}'\nroles = ['destination']\n"
    assert "peers.0" in complaint(written(tmp_path, text))


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("AET@host:104", ("AET", "host", 104)),
        ("AET@10.0.0.1", ("AET", "10.0.0.1", 0)),
        ("AET", ("AET", "", 0)),
        ("AET@[2001:db8::1]:104", ("AET", "2001:db8::1", 104)),
        ("AET@[2001:db8::1]", ("AET", "2001:db8::1", 0)),
    ],
)
def test_an_address_has_an_ae_title_a_host_and_a_port(address, parts):
    peer = Peer(name="a", address=address, roles=frozenset({PeerRole.SOURCE}))
    assert (peer.ae_title, peer.host, peer.port) == parts


def test_a_file_that_is_not_there_or_not_toml_is_named(tmp_path):
    assert "missing.toml: can not be read" in complaint(tmp_path / "missing.toml")
    assert "not valid TOML" in complaint(written(tmp_path, "[dicom\n"))


def test_a_list_in_the_environment_that_is_not_json_is_told(monkeypatch):
    monkeypatch.setenv("PACS_DEDUP_PEERS", "archive")
    assert "written as JSON" in complaint()


def test_settings_made_in_code_do_not_read_the_environment(monkeypatch):
    monkeypatch.setenv("PACS_DEDUP_DICOM__PORT", "104")
    assert Settings().dicom.port == 11112


def test_it_starts_harmless():
    assert Settings().mode.action is Action.OBSERVE


def test_without_a_database_url_an_sqlite_file_lies_in_the_data_folder(tmp_path):
    assert Settings(storage={"path": tmp_path}).database_url == f"sqlite:///{tmp_path}/pacs_dedup.db"


def test_a_database_url_is_not_shown_with_the_settings():
    assert "secret" not in repr(Settings(storage={"database_url": "postgresql+psycopg://u:secret@h/d"}))


def test_two_hospitals_can_not_share_an_ae_title(tmp_path):
    peer = "[[peers]]\nname = '{0}'\naddress = 'PACS@{0}'\nissuer = '{1}'\n"
    text = complaint(written(tmp_path, peer.format("a", "QEH") + peer.format("b", "PMH")))
    assert "two peers call themselves 'PACS'" in text
    assert len(load_settings(written(tmp_path, peer.format("a", "QEH") + peer.format("b", "QEH"))).peers) == 2


def test_a_peer_is_known_by_its_title_and_its_address():
    peer = Peer(name="archive", address="ARCHIVE@10.0.0.9:104")
    assert peer.calls_as("ARCHIVE", "10.0.0.9")
    assert not peer.calls_as("ARCHIVE", "10.0.0.8")
    assert not peer.calls_as("CT", "10.0.0.9")


def test_a_form_of_numbers_that_is_no_regular_expression_is_refused(tmp_path):
    peer = "[[peers]]\nname = 'qeh'\naddress = 'QEH'\npseudo_ids = ['{}']\n"
    assert "regular expression" in complaint(written(tmp_path, peer.format("UK[")))
    assert load_settings(written(tmp_path, peer.format("UK[0-9]{6}"))).peers[0].pseudo_ids[0].pattern == "UK[0-9]{6}"


def test_the_largest_instance_must_fit_into_the_memory_for_all(tmp_path):
    said = complaint(written(tmp_path, "[limits]\ninstance_mb = 8000\n"))
    assert "limits (" in said
    assert "receiving_mb must be at least instance_mb" in said


def test_a_secret_that_is_wrong_is_not_repeated(tmp_path):
    file = tmp_path / "site.toml"
    file.write_text('[[peers]]\nname = "a"\naddress = "A@10.1.2.3"\nuser = "u"\npasscode = "open sesame"\n')
    with pytest.raises(BadConfiguration, match="peers passcode") as error:
        load_settings(file)
    assert "sesame" not in str(error.value)
