"""`medbot models server`: show, set or forget the server of the clinic that writes for it."""

from __future__ import annotations

from pathlib import Path

import typer

from medbot_desktop.cli.opening import SignIn, opened_vault
from medbot_desktop.cli.options import AccountOption, PassphraseFileOption
from medbot_desktop.cli.output import JsonOption, print_json
from medbot_desktop.errors import InputError, ModelError
from medbot_desktop.generation.exam_items import exam_version
from medbot_desktop.generation.exam_record import Examinee, trust_in_force
from medbot_desktop.inference.choosing import server_model_from
from medbot_desktop.settings import Settings, load_settings, resources_folder
from medbot_desktop.vault.preferences import ModelServer, Preferences
from medbot_desktop.vault.server_in_force import server_in_force, with_server


def server(
    url: str = typer.Argument(None, help="Its address, e.g. https://models.clinic.lan:8443/v1."),
    model: str = typer.Argument(None, help="What it calls the model to ask."),
    allow: list[str] = typer.Option([], "--allow", metavar="HOST:PORT", help="A server that may be asked."),
    ca_file: Path = typer.Option(None, "--ca-file", help="The certificate authority that vouches for it."),
    key_file: Path = typer.Option(None, "--key-file", help="A file with the key that it asks for."),
    context: int = typer.Option(4096, "--context", min=512, max=1_000_000, help="Tokens of a prompt and its answer."),
    patience: float = typer.Option(20.0, "--patience", min=0.1, max=600, help="Seconds until it must have begun."),
    off: bool = typer.Option(False, "--off", help="Ask no server any more."),
    account: str = AccountOption,
    passphrase_file: Path = PassphraseFileOption,
    as_json: bool = JsonOption,
) -> None:
    """Show the model server of the clinic, or let an administrator set it; it is kept in the vault."""
    if (url is None) != (model is None) or (off and url is not None):
        raise typer.BadParameter("Give an address and a model, or --off, or nothing to see what is in force.")
    with opened_vault(SignIn(account, passphrase_file)) as opened:
        preferences = Preferences(opened.vault, opened.access)
        if off or url is not None:
            clinic = preferences.read()
            wanted = ModelServer()
            if not off:
                wanted = ModelServer(
                    url=url,
                    model=model,
                    allowed=" ".join(dict.fromkeys([*clinic.server.allowed.split(), *allow])),
                    ca_file=str(ca_file.absolute()) if ca_file else "",
                    key_file=str(key_file.absolute()) if key_file else "",
                    context=context,
                    patience=patience,
                )
                server_model_from(with_server(load_settings(), wanted))
            preferences.change(clinic.model_copy(update={"server": wanted}))
        elif allow or ca_file or key_file:
            raise InputError("No server was named.", hint="Give its address and the model first.")
        settings, _ = server_in_force(load_settings(), preferences, opened.access)
    found = _found(settings)
    if as_json:
        print_json(found)
    else:
        typer.echo(found["found"])
        if found["advice"]:
            typer.echo(found["advice"])


def server_state(settings: Settings) -> tuple[bool, str, str]:
    """How it stands with the server that the settings name; asks it which models it has.

    Returns:
        Whether it may write, what was found, and what to do where that is not so.
    """
    trust = trust_in_force(Examinee.on_server(settings), exam_version(resources_folder() / "exam"))
    try:
        model = server_model_from(settings, trust.examined)
    except ModelError as error:
        return False, error.message, error.hint
    if model is None:
        return True, "none is asked", ""
    model.start()
    is_ready, fault = model.wait_ready(), model.fault
    model.close()
    where = f"{settings.server_model} at {settings.server_url}"
    if not is_ready:
        told = fault or ModelError("The model server does not answer.", "See whether it runs.")
        return False, f"{where}: {told.message}", told.hint
    sit = f"Let it sit the exam: `medbot models exam server:{settings.server_model}`."
    return trust.tier != "silent", f"{where} answers; tier {trust.tier}", trust.notice or sit


def _found(settings: Settings) -> dict[str, object]:
    ok, found, advice = server_state(settings)
    words = "No model server is asked." if not settings.server_url else f"{found}."
    return {
        "url": settings.server_url,
        "model": settings.server_model,
        "allowed": settings.server_allowed.split(),
        "ok": ok,
        "found": words.replace("..", "."),
        "advice": "" if ok else advice,
    }
