"""Any sequence of what people do with conversations keeps list, search and rows consistent."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from medbot_desktop.memory.conversations import ConversationStore
from medbot_desktop.memory.forgetting import Forgetting
from medbot_desktop.memory.people import People
from medbot_desktop.vault.access import Access
from medbot_desktop.vault.roles import DEMO_ACCOUNT
from medbot_desktop.vault.vault import Vault
from tests.unit.memory.turns import answer, full_text_is_whole

WORDS = st.sampled_from(["cough", "fever", "rash", "knee"])


@dataclass
class Expected:
    """A conversation as it should be."""

    title: str = ""
    words: list[str] = field(default_factory=list)
    pinned: bool = False
    deleted: bool = False
    person_id: str | None = None
    last_use: int = 0


class AnySequence(RuleBasedStateMachine):
    """The store beside a plain dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.vault = Vault.open_in_memory()
        access = Access(self.vault, DEMO_ACCOUNT)
        self.store = ConversationStore(self.vault, access)
        self.people = People(self.vault, access)
        self.forgetting = Forgetting(self.vault, access)
        self.expected: dict[str, Expected] = {}
        self.uses = 0

    def teardown(self) -> None:
        self.vault.close()

    def choose(self, data: st.DataObject, deleted: bool = False) -> str | None:
        fitting = sorted(key for key, talk in self.expected.items() if talk.deleted is deleted)
        return data.draw(st.sampled_from(fitting)) if fitting else None

    def use(self) -> int:
        self.uses += 1
        return self.uses

    @rule()
    def start(self) -> None:
        self.expected[self.store.start().id] = Expected(last_use=self.use())

    @rule(data=st.data(), words=WORDS)
    def record(self, data: st.DataObject, words: str) -> None:
        if talk := self.choose(data):
            self.store.record(talk, answer(words, ()))
            expected = self.expected[talk]
            expected.title = expected.title or words
            expected.words.append(words)
            expected.last_use = self.use()

    @rule(data=st.data(), title=WORDS)
    def rename(self, data: st.DataObject, title: str) -> None:
        if talk := self.choose(data):
            self.store.rename(talk, title)
            self.expected[talk].title = title

    @rule(data=st.data(), pinned=st.booleans())
    def pin(self, data: st.DataObject, pinned: bool) -> None:
        if talk := self.choose(data):
            self.store.pin(talk, pinned)
            self.expected[talk].pinned = pinned

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        if talk := self.choose(data):
            self.store.delete(talk)
            self.expected[talk].deleted = True

    @rule(data=st.data())
    def undelete(self, data: st.DataObject) -> None:
        if talk := self.choose(data, deleted=True):
            self.store.undelete(talk)
            self.expected[talk].deleted = False

    @rule(data=st.data())
    def link(self, data: st.DataObject) -> None:
        if talk := self.choose(data):
            people = [person.id for person in self.people.list()]
            person_id = data.draw(st.sampled_from([None, self.people.add("Ann").id, *people]))
            self.store.link(talk, person_id)
            self.expected[talk].person_id = person_id

    @precondition(lambda self: self.people.list())
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(list(self.people.list())))
        theirs = [key for key, talk in self.expected.items() if talk.person_id == person.id]
        assert self.forgetting.forget(person).conversations == len(theirs)
        for key in theirs:
            del self.expected[key]

    @rule(words=WORDS)
    def search(self, words: str) -> None:
        found = [(hit.conversation.id, bool(hit.message_id)) for hit in self.store.search(words, limit=1_000)]
        shown = {key: talk for key, talk in self.expected.items() if not talk.deleted}
        titles = [(key, False) for key, talk in shown.items() if words in talk.title]
        messages = [(key, True) for key, talk in shown.items() for said in talk.words if said == words]
        assert sorted(found) == sorted(titles + messages)

    @invariant()
    def the_lists_are_as_expected(self) -> None:
        for deleted in (False, True):
            order = sorted(
                (key for key, talk in self.expected.items() if talk.deleted is deleted),
                key=lambda key: (self.expected[key].pinned, self.expected[key].last_use),
                reverse=True,
            )
            listed = self.store.list(deleted=deleted)
            assert [talk.id for talk in listed] == order
            for talk in listed:
                expected = self.expected[talk.id]
                assert (talk.title, talk.pinned) == (expected.title, expected.pinned)
                assert (talk.person.id if talk.person else None) == expected.person_id

    @invariant()
    def the_messages_are_as_expected(self) -> None:
        for key, talk in self.expected.items():
            assert [message.text for message in self.store.messages(key)][::2] == talk.words

    @invariant()
    def the_full_text_is_whole(self) -> None:
        assert full_text_is_whole(self.vault)


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
