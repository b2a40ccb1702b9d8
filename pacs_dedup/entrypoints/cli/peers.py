"""``pacs-dedup peers``: who is known, whether they answer, and who would get in."""

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from pacs_dedup.config import Peer, Settings
from pacs_dedup.config.passcodes import hashed
from pacs_dedup.domain.errors import BadRequest, PacsDedupError
from pacs_dedup.domain.identifiers import AeTitle
from pacs_dedup.entrypoints.cli.context import context_of
from pacs_dedup.entrypoints.cli.output import say, show, show_json

app = typer.Typer(name="peers", help="Known application entities: list, echo, check.", no_args_is_help=True)
_PEER_FAILED = 4
_Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Peers; without any, all that can be.")]


@dataclass(frozen=True, slots=True)
class _Echoed:
    """What became of the C-ECHO to one peer."""

    peer: Peer
    ok: bool
    said: str
    ms: float | None = None
    tls: str = ""
    expires: str = ""


@app.command("list")
def list_(context: typer.Context) -> None:
    """List the configured peers and what each must prove."""
    peers = context_of(context).settings().peers
    if context_of(context).as_json:
        show_json([_facts(peer) for peer in peers])
        return
    if not peers:
        say("No peers are configured; name them in [[peers]].")
        return
    table = Table(
        "name", "address", "roles", "must prove, besides title and address", "sent to", box=None, pad_edge=False
    )
    for peer in peers:
        sent = ("over TLS" if peer.tls else "without TLS") if "destination" in peer.roles else ""
        table.add_row(peer.name, peer.address, " ".join(sorted(peer.roles)), _proof(peer) or "nothing", sent)
    show(table)


@app.command()
def echo(
    context: typer.Context,
    names: _Names = None,
    within: Annotated[float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="For each step.")] = 10.0,
) -> None:
    """Ask peers for a C-ECHO as everything is sent to them; exit code 4 where one does not answer well."""
    settings = context_of(context).settings()
    answers = [_echoed(peer, settings, timedelta(seconds=within)) for peer in _chosen(settings, names or [])]
    if context_of(context).as_json:
        show_json([_json_answer(answer) for answer in answers])
    else:
        for answer in answers:
            say(f"{answer.peer.name}: {answer.said}", error=not answer.ok)
    if not all(answer.ok for answer in answers):
        raise typer.Exit(_PEER_FAILED)


@app.command()
def check(
    context: typer.Context,
    calling_ae: Annotated[str, typer.Argument(metavar="AET", help="AE title that somebody calls with.")],
    address: Annotated[str, typer.Argument(metavar="IP", help="Address that the call comes from.")],
    certificate: Annotated[str, typer.Option(metavar="SHA256", help="Fingerprint of its certificate.")] = "",
    name: Annotated[str, typer.Option("--certificate-name", metavar="NAME", help="A name in its certificate.")] = "",
    user: Annotated[str, typer.Option(metavar="NAME", help="User that it identifies itself with.")] = "",
) -> None:
    """Say whether a caller would get an association, as whom, and if not, why. Nothing is sent."""
    from pacs_dedup.entrypoints.listener.explain import explained

    settings = context_of(context).settings()
    admitted, said = explained(settings, AeTitle(calling_ae), address, certificate=certificate, name=name, user=user)
    if context_of(context).as_json:
        show_json({"admitted": admitted, "said": said})
    else:
        say(said)


@app.command()
def passcode() -> None:
    """Ask for a passcode and print its hash, which a peer's `passcode` keeps. From a pipe the first line is taken."""
    if sys.stdin.isatty():
        given = typer.prompt("Passcode", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise BadRequest("a passcode has at least one character")
    typer.echo(hashed(given.encode()))


def _chosen(settings: Settings, names: list[str]) -> list[Peer]:
    known = {peer.name: peer for peer in settings.peers}
    if unknown := [name for name in names if name not in known]:
        raise BadRequest(f"no peer is called {', '.join(map(repr, unknown))}; `pacs-dedup peers list` shows all")
    chosen = [known[name] for name in names] or list(settings.peers)
    can_not = [peer.name for peer in chosen if not peer.port]
    if names and can_not:
        raise BadRequest(f"{', '.join(can_not)}: its address names no port to call; write AET@host:port")
    for name in can_not:
        say(f"{name}: left out, as its address names no port to call")
    return [peer for peer in chosen if peer.port]


def _echoed(peer: Peer, settings: Settings, within: timedelta) -> _Echoed:
    from pacs_dedup.wiring.associations import echo_peer

    try:
        answer = echo_peer(peer, settings, within)
    except PacsDedupError as error:
        return _Echoed(peer, ok=False, said=str(error))
    expires = answer.certificate.expires if answer.certificate else ""
    security = f", {answer.tls}, its certificate is valid until {expires}" if answer.tls else ", without TLS"
    said = f"answered in {answer.ms:.0f} ms{security}"
    return _Echoed(peer, ok=True, said=said, ms=round(answer.ms, 1), tls=answer.tls, expires=expires)


def _json_answer(answer: _Echoed) -> dict[str, object]:
    more = {"ms": answer.ms, "tls": answer.tls, "certificate_expires": answer.expires}
    return {"name": answer.peer.name, "ok": answer.ok, "said": answer.said, **more}


def _facts(peer: Peer) -> dict[str, object]:
    hidden = {"passcode", "pseudo_ids", "issuer", "charset"}
    return {**peer.model_dump(mode="json", exclude=hidden), "passcode": bool(peer.passcode)}


def _proof(peer: Peer) -> str:
    parts = [f"certificate {fingerprint[:16]}…" for fingerprint in peer.certificate]
    parts += [f"certificate of {peer.certificate_name}"] if peer.certificate_name else []
    parts += [f"user {peer.user}{' with passcode' if peer.passcode else ''}"] if peer.user else []
    return ", ".join(parts)
