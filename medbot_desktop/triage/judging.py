"""Judge how urgent a complaint is: by red flags, vital signs and protocols; and find the question to ask next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medbot_desktop.domain import Assertion, Because, Disposition, Entity, RedFlag, Triage, Utterance
from medbot_desktop.resources import load_resource, read_once, state_of
from medbot_desktop.triage.answered import Answered
from medbot_desktop.triage.asking import AgesFile, Asking
from medbot_desktop.triage.because import because_of
from medbot_desktop.triage.doubts import doubted
from medbot_desktop.triage.early_warning import EarlyWarning, child_at_risk, child_in_danger, news2
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.protocols import Asked, Protocol, load_protocols
from medbot_desktop.triage.recorded import with_record
from medbot_desktop.triage.unruled import HELD, NAMED, without_protocol
from medbot_desktop.triage.watch import Watch

MOST_QUESTIONS = 7

# RCP 2017: 7 and more calls for an emergency response; 5, or 3 for one sign, for an urgent one.
_NEWS2_EMERGENCY = 7
_NEWS2_URGENT = 5
_ONE_SIGN = 3
_NEWS2_TOLD = "early_warning_score"
_ORDER = (Disposition.EMERGENCY, Disposition.URGENT, Disposition.ROUTINE, Disposition.SELF_CARE, Disposition.NONE)
_NEWS2_SOURCE = "Royal College of Physicians: National Early Warning Score (NEWS) 2 (2017)"
_CHILD_SOURCE = "NICE NG143: Fever in under 5s (2021); NICE NG51: Sepsis (2016)"
_UNDERSTOOD = ("en", "und")
_NO_SIGN = "No sign was found that MedBot knows."
_WHAT_IS_WRONG = "What is wrong? Please say it in other words, or ask a member of staff."
_IN_GENERAL = "This asks about health in general. Is anybody unwell now? Then please say who, and what is wrong."
# Of a message in another language the signs of an emergency alone are known, and not all words for them.
_NOT_UNDERSTOOD = "This is not in English, and it was not understood."
_NOT_ALL_UNDERSTOOD = "This is not in English, so not all of it was understood."
_IN_ENGLISH = "What is wrong? Please say it in English, or ask a member of staff."


@dataclass(frozen=True, slots=True)
class _Applied:
    """A protocol with what decided in it; ``signs`` are the words of the signs alone, without those of measures."""

    protocol: Protocol
    level: Disposition
    because: Because
    signs: tuple[str, ...]
    is_default: bool = False


class Judge:
    """Judges messages, alone or question by question.

    Args:
        watch: finds red flags.
        protocols: the presenting complaints.
        ages: whom questions fit.
        answered: what answers a question that was not put.
    """

    def __init__(self, watch: Watch, protocols: Sequence[Protocol], ages: AgesFile, answered: Answered) -> None:
        self._watch = watch
        self._answered = answered
        self._protocols = protocols
        self._flags = {rule.name: rule for rule in watch.rules}
        self._presented: dict[str, list[int]] = {}
        for place, protocol in enumerate(protocols):
            for name in protocol.presents_with:
                self._presented.setdefault(name, []).append(place)
        self._asking = Asking(self._flags, ages)

    @classmethod
    def load(cls, resources: Path) -> Judge:
        """Read the red flags, the protocols, and whom their questions fit.

        Raises:
            InputError: a file is missing or wrong.
        """
        folder, ages = resources / "triage" / "protocols", resources / "triage" / "ages.toml"
        answered = resources / "triage" / "answered.toml"
        state = state_of([ages, answered, *folder.glob("*.toml")])
        return _judge(Watch.load(resources), folder, ages, answered, state)

    @property
    def protocols(self) -> Sequence[Protocol]:
        """The presenting complaints."""
        return self._protocols

    def judge(self, utterance: Utterance) -> Triage:
        """Return how soon which help is needed, from what is said; what is not known never lowers it.

        What the record of the person holds may make it more urgent, and never less: it may be about somebody else.

        Returns:
            The disposition with its red flags, reasons and what decided; ``NONE`` where nothing is reported.
        """
        alert = self._watch.watch(utterance)
        said = self._judged(utterance, alert, Findings.of(utterance.entities))
        if not utterance.known:
            return said
        known = self._judged(utterance, alert, Findings.of(with_record(utterance.entities, utterance.known)))
        return known if _ORDER.index(known.disposition) <= _ORDER.index(said.disposition) else said

    def _judged(self, utterance: Utterance, alert: Triage | None, findings: Findings) -> Triage:
        shown = self._applied(findings)
        applied = sorted(_explained(shown, findings), key=lambda one: not self._asking.suits(one.protocol, findings))
        because = [*self._of_vital_signs(findings), *(one.because for one in applied)]
        if alert is not None:
            flags = [_of_flag(flag) for flag in alert.red_flags]
            told = {flag.why for flag in flags}
            because = flags + [reason for reason in because if reason.why not in told]
        doubt = doubted(findings)
        if not because:
            found = _with_question(without_protocol(utterance.entities), utterance, doubt.text if doubt else None)
            return replace(found, kept_off=self._kept_off(findings, applied, found.disposition))
        because.sort(key=lambda reason: _ORDER.index(reason.level))
        level = because[0].level
        leading = [reason for reason in because if reason.level is level]
        protocol = next((one.protocol for one in applied if one.level is level), None)
        known = Findings.of(with_record(utterance.entities, utterance.known)) if utterance.known else findings
        question: Asked | None = doubt
        if question is None and level is not Disposition.EMERGENCY:
            question = self._question(shown, findings, (), [(utterance.text, utterance.entities)])
        found = Triage(
            disposition=level,
            red_flags=alert.red_flags if alert else (),
            reasons=tuple(dict.fromkeys(reason.why for reason in leading)),
            follow_up=question.text if question else None,
            follow_up_why=question.why if question else "",
            because=tuple(because),
            do_now=self._watch.fitting(protocol.what_to_do(level), known) if protocol else (),
            safety_net=tuple(protocol.safety_net) if protocol else (),
            complaint=protocol.title if protocol else "",
            kept_off=self._kept_off(findings, applied, level),
        )
        return found if level is Disposition.EMERGENCY else _with_question(found, utterance, found.follow_up)

    def emergency(self, utterance: Utterance) -> Triage | None:
        """The emergency that a message tells of, with what decided, or None."""
        found = self.judge(utterance)
        return found if found.disposition is Disposition.EMERGENCY else None

    def next_question(
        self, findings: Findings, asked: Collection[str], messages: Sequence[tuple[str, Sequence[Entity]]] = ()
    ) -> Asked | None:
        """The question whose answer may change the level most; None where no answer can raise it.

        Args:
            findings: what is known.
            asked: the names that were asked for already.
            messages: the text of each message, and what it names, with offsets in it.
        """
        return self._question(self._applied(findings), findings, asked, messages)

    def _question(
        self,
        shown: Sequence[_Applied],
        findings: Findings,
        asked: Collection[str],
        messages: Sequence[tuple[str, Sequence[Entity]]],
    ) -> Asked | None:
        answered = self._answered.names(messages, findings)
        return self._asking.choose([(one.protocol, one.level) for one in shown], findings, asked, answered)

    def _applied(self, findings: Findings) -> list[_Applied]:
        """The protocols whose complaint is there, each with what decides in it."""
        reported = (name for name in findings.held if name in self._presented and findings.is_reported(name))
        places = sorted({place for name in reported for place in self._presented[name]})
        return [self._decide(self._protocols[place], findings) for place in places]

    def _decide(self, protocol: Protocol, findings: Findings) -> _Applied:
        for discriminator in protocol.discriminator:
            if discriminator.flag:
                rule = self._flags[discriminator.flag]
                decided = rule.conditions.deciding(findings)
                name, why, source = rule.name, rule.why, rule.source
            else:
                decided = discriminator.conditions.deciding(findings, protocol.presents_with)
                name, why, source = discriminator.name, discriminator.why, discriminator.source
            if decided is not None:
                because = because_of(discriminator.disposition, f"{protocol.name}: {name}", why, source, decided)
                return _Applied(protocol, discriminator.disposition, because, _words_of_signs(decided))
        level = Disposition(protocol.otherwise)
        shown = [entity for name in protocol.presents_with for entity in findings.held.get(name, ())]
        because = because_of(level, f"{protocol.name}: otherwise", protocol.why_otherwise, protocol.sources[0], shown)
        return _Applied(protocol, level, because, _words_of_signs(shown), is_default=True)

    def _of_vital_signs(self, findings: Findings) -> list[Because]:
        score = news2(findings.numbers, findings.held.keys(), least=1)
        found = []
        told = findings.numbers.get(_NEWS2_TOLD, 0.0)
        if told >= _NEWS2_URGENT:
            level = Disposition.EMERGENCY if told >= _NEWS2_EMERGENCY else Disposition.URGENT
            why = f"The early warning score is {told:.0f}."
            found.append(
                because_of(level, "vital_signs: news2_told", why, _NEWS2_SOURCE, findings.named((_NEWS2_TOLD,)))
            )
        if score is not None and (score.total >= _NEWS2_URGENT or score.highest >= _ONE_SIGN or score.lacks_oxygen):
            level = Disposition.EMERGENCY if score.total >= _NEWS2_EMERGENCY else Disposition.URGENT
            why = f"The vital signs are far from ordinary (early warning score {score.total})."
            because = because_of(level, "vital_signs: news2", why, _NEWS2_SOURCE, findings.named(score.weighing))
            found.append(replace(because, detail=_scored(score, findings)))
        for look, level in ((child_in_danger, Disposition.EMERGENCY), (child_at_risk, Disposition.URGENT)):
            out = look(findings.numbers)
            if out:
                decided = findings.named((out.name, "age"))
                because = because_of(level, "vital_signs: child", out.why, _CHILD_SOURCE, decided)
                found.append(replace(because, detail=out.limit))
        return found

    def _kept_off(self, findings: Findings, applied: Sequence[_Applied], level: Disposition) -> tuple[Because, ...]:
        """The rules of a higher level that a denial keeps off, the most urgent first, one for the same denial."""
        if not findings.denied:
            return ()
        as_if = findings.with_denied()
        found = [
            because_of(Disposition.EMERGENCY, f"red flag: {rule.name}", rule.why, rule.source, denied)
            for rule in self._watch.rules
            if (denied := rule.conditions.denials(findings, as_if))
        ]
        for one in applied:
            found += _kept_off_in(one.protocol, findings, as_if)
        higher = [one for one in found if _ORDER.index(one.level) < _ORDER.index(level)]
        higher.sort(key=lambda one: _ORDER.index(one.level))
        return tuple({one.words: one for one in reversed(higher)}.values())[::-1]


def _with_question(found: Triage, utterance: Utterance, question: str | None) -> Triage:
    """What was found, with what was not understood, and the question about it."""
    is_foreign = utterance.language not in _UNDERSTOOD
    if found.disposition is not Disposition.NONE:
        told = (*found.reasons, _NOT_ALL_UNDERSTOOD) if is_foreign else found.reasons
        return replace(found, reasons=told, follow_up=_IN_ENGLISH if is_foreign else question)
    if is_foreign:
        return replace(found, reasons=(_NOT_UNDERSTOOD, _NO_SIGN), follow_up=_IN_ENGLISH)
    named = {entity.by_rules for entity in utterance.entities if entity.kind in NAMED}
    if named - {*HELD, Assertion.HYPOTHETICAL}:
        return replace(found, follow_up=question)
    if named == {Assertion.HYPOTHETICAL} and utterance.own.endswith("?"):
        return replace(found, follow_up=question or _IN_GENERAL)
    return replace(found, reasons=found.reasons if named else (_NO_SIGN,), follow_up=question or _WHAT_IS_WRONG)


def _explained(applied: list[_Applied], findings: Findings) -> list[_Applied]:
    """Those that tell: what is routine for want of more goes where the picture of another complaint takes its words.

    It goes, too, where a sign is there to whose picture its own belong: the lump of a sting.
    """
    pictures = [set(one.signs) for one in applied if not one.is_default]
    return [
        one
        for one in applied
        if not (one.is_default and one.level is Disposition.ROUTINE)
        or not (_is_part(one.signs, pictures) or any(map(findings.is_reported, one.protocol.explained_by)))
    ]


def _is_part(words: tuple[str, ...], pictures: list[set[str]]) -> bool:
    """Whether every word of a complaint stands in the words of some picture."""
    told = [part for picture in pictures for part in picture]
    return bool(told) and all(any(word in part or part in word for part in told) for word in words)


def _kept_off_in(protocol: Protocol, findings: Findings, as_if: Findings) -> list[Because]:
    """The rules of a protocol that a denial keeps off, without the red flags that it takes over."""
    own = [one for one in protocol.discriminator if not one.flag]
    return [
        because_of(one.disposition, f"{protocol.name}: {one.name}", one.why, one.source, denied)
        for one in own
        if (denied := one.conditions.denials(findings, as_if, protocol.presents_with))
    ]


def _of_flag(flag: RedFlag) -> Because:
    rule = f"red flag: {flag.name}"
    return Because(Disposition.EMERGENCY, rule, flag.why, flag.source, flag.words, flag.names)


def _words_of_signs(decided: Sequence[Entity]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entity.text for entity in decided if entity.kind != "measure"))


def _scored(score: EarlyWarning, findings: Findings) -> str:
    """The points of each vital sign, in words: “HR 132” scores 3, “temp 37” scores 0."""
    told = [(entity.text, points) for name, points in score.points.items() for entity in findings.named((name,))]
    return ", ".join(f"“{text}” scores {points}" for text, points in told) + f", {score.total} together"


@read_once
def _judge(watch: Watch, protocols: Path, ages: Path, answered: Path, _state: object) -> Judge:
    """What is read once, however often a vault is opened and locked; it remembers nothing of any message."""
    return Judge(watch, load_protocols(protocols), load_resource(ages, AgesFile), load_resource(answered, Answered))
