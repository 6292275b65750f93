"""The options by which many commands are told what to open, and for whom."""

from __future__ import annotations

import typer

ProfileOption = typer.Option(
    None,
    "--profile",
    help="clinic: the vault in the home folder, meant where there is one; demo: in memory, keeps nothing.",
)
AccountOption = typer.Option(None, "--account", help="Whose account; without it the only one, or admin.")
PassphraseFileOption = typer.Option(
    None,
    "--passphrase-file",
    help="A file whose first line is the passphrase; without it MEDBOT_PASSPHRASE, or a prompt.",
)
NewPassphraseFileOption = typer.Option(
    None, "--new-passphrase-file", help="A file whose first line is the new passphrase."
)
RecoveryKeyFileOption = typer.Option(
    None, "--recovery-key-file", help="A file whose first line is the recovery key, in place of a passphrase."
)
RecoverOption = typer.Option(False, "--recover", help="Type the recovery key in place of a passphrase.")
