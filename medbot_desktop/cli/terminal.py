"""Show a turn in the terminal: the care card first, then the text as it comes, then the sources."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from medbot_desktop.assistant.skills import SUMMARY
from medbot_desktop.cli.notices import tell_of_model
from medbot_desktop.cli.output import SUMMARY_HEADING, WHY_ASKED, care_heading
from medbot_desktop.domain import (
    Alert,
    Citation,
    Conversation,
    Disposition,
    Failed,
    Finished,
    Message,
    Question,
    TextDelta,
    ToolUsed,
    Triage,
    Triaged,
)
from medbot_desktop.errors import MedBotError
from medbot_desktop.workspace import Workspace

_EARLIER_MESSAGES = 4
_FRAMES = {
    Disposition.EMERGENCY: "red",
    Disposition.URGENT: "red",
    Disposition.ROUTINE: "blue",
    Disposition.SELF_CARE: "green",
}
"""The colour of each care card's frame."""


class Terminal:
    """Prints turns of one workspace.

    Args:
        workspace: where the questions go.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._console = Console(highlight=False)
        self._shown = Triage()

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
        written = summary = ""
        with closing(self._workspace.assistant.respond(conversation, text)) as events:
            for event in events:
                match event:
                    case Alert(triage) | Triaged(triage):
                        self._card(triage)
                    case Question(asked, options, why):
                        self._ask("" if asked in written else asked, options, why)
                    case ToolUsed(name, detail) if name == SUMMARY:
                        summary = detail
                    case TextDelta(words):
                        written += words
                        self._console.print(Text(words), end="", soft_wrap=True)
                    case Finished(answer, _):
                        self._console.print()
                        self._sources(answer.citations)
                        self._summary(summary)
                    case Failed(message, hint):
                        if raise_failed:
                            raise MedBotError(message, hint)
                        self._console.print(Text(f"{message} {hint}".strip()), style="bold")
        tell_of_model(self._workspace)

    def _card(self, triage: Triage) -> None:
        level, _, advice = care_heading(triage.disposition).partition(":")
        title, colour = f"{level.upper()}:{advice}".rstrip(":"), _FRAMES[triage.disposition]
        is_emergency = triage.disposition is Disposition.EMERGENCY
        shown, self._shown = self._shown, triage
        if not is_emergency and _card_of(shown) == _card_of(triage):
            self._console.print(Text(f"Still {title}", style=f"bold {colour}"))
            return
        lines = [*triage.main_reasons, *triage.steps]
        if triage.safety_net and not is_emergency:
            lines += ["Come back or call:", *(f"- {line}" for line in triage.safety_net)]
        style = "bold" if is_emergency else ""
        self._console.print(Panel(Text("\n".join(lines)), title=title, border_style=f"bold {colour}", style=style))

    def _ask(self, question: str, options: Sequence[str], why: str) -> None:
        """Print what is asked back, where the text does not hold it, why, and the answers that are likely."""
        self._console.print()
        if question:
            self._console.print(Text(f"\n{question}"))
        if why:
            self._console.print(Text(f"{WHY_ASKED} {why}"), style="dim")
        if options:
            self._console.print(Text(f"Answer for example: {', '.join(options)}"), style="dim")

    def _summary(self, summary: str) -> None:
        """Print the summary for the clinician, where a complaint has come to its end."""
        if summary:
            self._console.print(f"\n{SUMMARY_HEADING}", style="bold")
            self._console.print(Text(summary))

    def _sources(self, citations: tuple[Citation, ...]) -> None:
        if citations:
            self._console.print("\nSources", style="bold")
        for citation in citations:
            passage = citation.passage
            self._console.print(
                Text(f"[{citation.n}] {passage.title}, {passage.section} ({passage.library} library)"), style="dim"
            )


def _card_of(triage: Triage) -> tuple[object, ...]:
    """What a care card says, whatever is asked beside it."""
    return triage.disposition, triage.main_reasons, triage.steps, triage.safety_net
