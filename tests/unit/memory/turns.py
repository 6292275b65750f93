"""Turns to store, and accounts that store them."""

from __future__ import annotations

from sqlalchemy import select, text

from medbot_desktop.domain import (
    Answer,
    Assertion,
    Citation,
    Disposition,
    Entity,
    Grounding,
    Intent,
    ModelUse,
    Passage,
    RedFlag,
    Triage,
    Utterance,
)
from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import Account, Role
from medbot_desktop.vault.schema import AccountRow, AuditRow
from medbot_desktop.vault.vault import Vault, account_row

RUTH = Account("ruth", "Ruth", Role.FRONT_DESK)
EVA = Account("eva", "Eva", Role.CLINICIAN)
ADA = Account("ada", "Ada", Role.ADMINISTRATOR)
HALL = Account("hall", "Hall", Role.KIOSK)

PASSAGE = Passage(
    "core/asthma/2", "core", "asthma", "Asthma", "What it is", "Asthma is common. It can run in families.", 120, 162
)
CITATIONS = (
    Citation(1, PASSAGE, ((0, 17), (18, 42)), 0.875),
    Citation(2, Passage("core/cough/0", "core", "cough", "Cough", "What it is", "A cough.", 0, 8, page=3), (), 0.5),
)
FLAG = RedFlag("sepsis", "It may be sepsis.", "NICE 2024", ("Call now.",), ("blue", "lips"))


def answer(
    question: str = "What is asthma?",
    citations: tuple[Citation, ...] = CITATIONS,
    text: str = "- Asthma is common. [1]",
) -> Answer:
    """A turn in which nothing is left out."""
    wheeze = Entity("wheeze", "symptom", "wheeze", 0, 6, Assertion.NEGATED, "at night")
    return Answer(
        question=question,
        text=text,
        utterance=Utterance(question, "en", Intent("health_question", 0.93), (wheeze,), "anxious"),
        skill="health_question",
        triage=Triage(Disposition.EMERGENCY, (FLAG,), ("blue lips",), "Who is it?"),
        citations=citations,
        grounding=Grounding("extractive", 2, 2, 1),
        model=ModelUse("a model", "phrases", "cpu"),
        timings_ms={"total": 31},
    )


def said(store: ConversationStore, *questions: str, person_id: str | None = None) -> str:
    """Store a conversation of these questions; returns its identifier."""
    talk = store.start(person_id)
    for question in questions:
        store.record(talk.id, answer(question, ()))
    return talk.id


def store_of(vault: Vault, account: Account) -> ConversationStore:
    """The store as an account sees it, with a row for the account where there is none."""
    with vault.transaction() as session:
        if session.get(AccountRow, account.id) is None:
            session.add(account_row(account))
    return ConversationStore(vault, Access(vault, account))


def trail_of(vault: Vault) -> list[tuple[str, str, str]]:
    """Who did what to which record, oldest first."""
    with vault.transaction() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
        return [(row.account_name, row.action, row.record) for row in rows]


def full_text_is_whole(vault: Vault) -> bool:
    """Whether the full text is what the messages say; raises where it is not."""
    with vault.transaction() as session:
        session.execute(text("INSERT INTO messages_fts (messages_fts, rank) VALUES ('integrity-check', 1)"))
        kept = session.execute(text("SELECT v FROM messages_fts_config WHERE k = 'secure-delete'")).scalar()
    return bool(kept)
