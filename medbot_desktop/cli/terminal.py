"""Show a turn in the terminal: the alert first, then the text as it comes, then the sources."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from medbot_desktop.domain import Alert, Citation, Conversation, Failed, Finished, Message, TextDelta, Triage
from medbot_desktop.errors import MedBotError
from medbot_desktop.workspace import Workspace

_EARLIER_MESSAGES = 4


class Terminal:
    """Prints turns of one workspace.

    Args:
        workspace: where the questions go.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._console = Console(highlight=False)

    def earlier(self, messages: Sequence[Message]) -> None:
        """Print the last messages of a conversation that goes on."""
        for message in messages[-_EARLIER_MESSAGES:]:
            speaker = "You" if message.role == "person" else "MedBot"
            self._console.print(
                Text(f"{speaker}, {message.created.astimezone():%Y-%m-%d %H:%M}: {message.text}\n"), style="dim"
            )

    def talk(self, conversation: Conversation) -> None:
        """Ask for messages and answer them until an empty line or the end of the input."""
        self._console.print("MedBot. Ask a health question; an empty line ends the talk.", style="bold")
        while True:
            try:
                text = self._console.input("\n[bold]You:[/bold] ")
            except (EOFError, KeyboardInterrupt):
                self._console.print()
                return
            if not text.strip():
                return
            self.turn(conversation, text)

    def turn(self, conversation: Conversation, text: str, *, raise_failed: bool = False) -> None:
        """Print one turn.

        Args:
            conversation: the talk that the message belongs to.
            text: the message.
            raise_failed: raise a turn's failure as an error instead of printing it.
        """
        with closing(self._workspace.assistant.respond(conversation, text)) as events:
            for event in events:
                match event:
                    case Alert(triage):
                        self._alert(triage)
                    case TextDelta(words):
                        self._console.print(Text(words), end="", soft_wrap=True)
                    case Finished(answer, _):
                        self._console.print()
                        self._sources(answer.citations)
                    case Failed(message, hint):
                        if raise_failed:
                            raise MedBotError(message, hint)
                        self._console.print(Text(f"{message} {hint}".strip()), style="bold")

    def _alert(self, triage: Triage) -> None:
        words = "\n".join((*triage.main_reasons, *triage.steps))
        self._console.print(Panel(Text(words), title="EMERGENCY", border_style="bold red", style="bold"))

    def _sources(self, citations: tuple[Citation, ...]) -> None:
        if citations:
            self._console.print("\nSources", style="bold")
        for citation in citations:
            passage = citation.passage
            self._console.print(
                Text(f"[{citation.n}] {passage.title}, {passage.section} ({passage.library} library)"), style="dim"
            )
