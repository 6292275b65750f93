"""Judge how urgent a complaint is: by red flags, vital signs and protocols; and find the question to ask next."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medbot_desktop.domain import Assertion, Because, Disposition, Entity, Triage, Utterance
from medbot_desktop.resources import read_once, state_of
from medbot_desktop.triage.early_warning import child_at_risk, child_in_danger, news2
from medbot_desktop.triage.findings import Findings
from medbot_desktop.triage.protocols import Asked, Discriminator, Protocol, load_protocols
from medbot_desktop.triage.recorded import with_record
from medbot_desktop.triage.watch import Watch

MOST_QUESTIONS = 7

# RCP 2017: 7 and more calls for an emergency response; 5, or 3 for one sign, for an urgent one.
_NEWS2_EMERGENCY = 7
_NEWS2_URGENT = 5
_ONE_SIGN = 3
_ORDER = (Disposition.EMERGENCY, Disposition.URGENT, Disposition.ROUTINE, Disposition.SELF_CARE, Disposition.NONE)
_NEWS2_SOURCE = "Royal College of Physicians: National Early Warning Score (NEWS) 2 (2017)"
_CHILD_SOURCE = "NICE NG143: Fever in under 5s (2021)"
_REPORTED = ("symptom", "event")
_HELD = (Assertion.PRESENT, Assertion.UNCERTAIN)
_NOTHING_SAID = "Nothing was said that calls for help."
_NO_PROTOCOL = "Something was said for which there is no rule, so somebody should look at it."


@dataclass(frozen=True, slots=True)
class _Applied:
    """A protocol with what decided in it."""

    protocol: Protocol
    level: Disposition
    because: Because
    is_default: bool = False


class Judge:
    """Judges messages, alone or question by question.

    Args:
        watch: finds red flags.
        protocols: the presenting complaints.
    """

    def __init__(self, watch: Watch, protocols: Sequence[Protocol]) -> None:
        self._watch = watch
        self._protocols = protocols
        self._flags = {rule.name: rule for rule in watch.rules}

    @classmethod
    def load(cls, resources: Path) -> Judge:
        """Read the red flags and the protocols.

        Raises:
            InputError: a file is missing or wrong.
        """
        folder = resources / "triage" / "protocols"
        return _judge(Watch.load(resources), folder, state_of(folder.glob("*.toml")))

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
        applied = self._applied(findings)
        applied = _explained(applied)
        because = [*self._of_vital_signs(findings), *(one.because for one in applied)]
        if alert is not None:
            flags = [_of_flag(flag.name, flag.why, flag.source, flag.words) for flag in alert.red_flags]
            told = {flag.why for flag in flags}
            because = flags + [reason for reason in because if reason.why not in told]
        if not because:
            return replace(self._without_protocol(utterance), follow_up=_about_strange(findings))
        because.sort(key=lambda reason: _ORDER.index(reason.level))
        level = because[0].level
        leading = [reason for reason in because if reason.level is level]
        protocol = next((one.protocol for one in applied if one.level is level), None)
        question = self.next_question(findings, frozenset()) if level is not Disposition.EMERGENCY else None
        return Triage(
            disposition=level,
            red_flags=alert.red_flags if alert else (),
            reasons=tuple(dict.fromkeys(reason.why for reason in leading)),
            follow_up=_about_strange(findings) or (question.text if question else None),
            because=tuple(because),
            do_now=protocol.what_to_do(level) if protocol else (),
            safety_net=tuple(protocol.safety_net) if protocol else (),
            complaint=protocol.title if protocol else "",
        )

    def emergency(self, utterance: Utterance) -> Triage | None:
        """The emergency that a message tells of, with what decided, or None."""
        found = self.judge(utterance)
        return found if found.disposition is Disposition.EMERGENCY else None

    def next_question(self, findings: Findings, asked: Collection[str]) -> Asked | None:
        """The question whose answer may change the level most; None where no answer can raise it.

        Args:
            findings: what is known.
            asked: the names that were asked for already.
        """
        applied = self._applied(findings)
        known = min((_ORDER.index(one.level) for one in applied), default=len(_ORDER))
        best: tuple[float, Asked] | None = None
        for one in applied:
            still_open = self._still_open(one.protocol, findings, known)
            for question in one.protocol.question if still_open else ():
                if any(name in asked or findings.is_known(name) for name in question.asks):
                    continue
                worth = sum(weight for weight, names in still_open if not names.isdisjoint(question.asks))
                if worth > 0 and (best is None or worth > best[0]):
                    best = worth, question
        return best[1] if best else None

    def _still_open(self, protocol: Protocol, findings: Findings, known: int) -> list[tuple[float, frozenset[str]]]:
        """What may still raise the level above the one that is known: each with how much an answer to it tells.

        A discriminator of a higher level tells more, and one of which less is open.
        """
        found = []
        for discriminator in protocol.discriminator:
            level = _ORDER.index(discriminator.disposition)
            names = self._open_names(discriminator, findings) if level < known else []
            if names:
                found.append((10.0 ** (3 - level) / len(names), frozenset(names)))
        return found

    def _open_names(self, discriminator: Discriminator, findings: Findings) -> list[str]:
        if discriminator.flag:
            return self._flags[discriminator.flag].conditions.open_names(findings)
        return discriminator.conditions.open_names(findings)

    def _applied(self, findings: Findings) -> list[_Applied]:
        """The protocols whose complaint is there, each with what decides in it."""
        return [
            self._decide(protocol, findings)
            for protocol in self._protocols
            if any(findings.is_reported(name) for name in protocol.presents_with)
        ]

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
                because = Because(discriminator.disposition, f"{protocol.name}: {name}", why, source, _words(decided))
                return _Applied(protocol, discriminator.disposition, because)
        level = Disposition(protocol.otherwise)
        shown = [entity for name in protocol.presents_with for entity in findings.held.get(name, ())]
        because = Because(
            level, f"{protocol.name}: otherwise", protocol.why_otherwise, protocol.sources[0], _words(shown)
        )
        return _Applied(protocol, level, because, is_default=True)

    def _of_vital_signs(self, findings: Findings) -> list[Because]:
        score = news2(findings.numbers, findings.held.keys(), least=1)
        found = []
        if score is not None and (score.total >= _NEWS2_URGENT or score.highest >= _ONE_SIGN):
            level = Disposition.EMERGENCY if score.total >= _NEWS2_EMERGENCY else Disposition.URGENT
            why = f"The vital signs are far from ordinary (early warning score {score.total})."
            found.append(Because(level, "vital_signs: news2", why, _NEWS2_SOURCE))
        for look, level in ((child_in_danger, Disposition.EMERGENCY), (child_at_risk, Disposition.URGENT)):
            said = look(findings.numbers)
            if said:
                found.append(Because(level, "vital_signs: child", f"{said[0].upper()}{said[1:]}.", _CHILD_SOURCE))
        return found

    def _without_protocol(self, utterance: Utterance) -> Triage:
        symptoms = [entity for entity in utterance.entities if entity.kind in _REPORTED and entity.by_rules in _HELD]
        if not symptoms:
            return Triage(Disposition.NONE, reasons=(_NOTHING_SAID,))
        because = Because(Disposition.ROUTINE, "no protocol", _NO_PROTOCOL, "", _words(symptoms))
        return Triage(Disposition.ROUTINE, reasons=(_NO_PROTOCOL,), because=(because,))


def _about_strange(findings: Findings) -> str | None:
    """What to ask about a number that cannot be; None where there is none."""
    return f"You wrote “{findings.strange[0].text}”. What is it exactly?" if findings.strange else None


def _explained(applied: list[_Applied]) -> list[_Applied]:
    """Those that tell: what is routine for want of more goes where the picture of another complaint takes its words."""
    pictures = [set(one.because.words) for one in applied if not one.is_default]
    return [
        one
        for one in applied
        if not (one.is_default and one.level is Disposition.ROUTINE and _is_part(one.because.words, pictures))
    ]


def _is_part(words: tuple[str, ...], pictures: list[set[str]]) -> bool:
    """Whether every word of a complaint stands in the words of some picture."""
    told = [part for picture in pictures for part in picture]
    return bool(told) and all(any(word in part or part in word for part in told) for word in words)


def _of_flag(name: str, why: str, source: str, words: tuple[str, ...]) -> Because:
    return Because(Disposition.EMERGENCY, f"red flag: {name}", why, source, words)


def _words(entities: Sequence[Entity]) -> tuple[str, ...]:
    ordered = sorted(entities, key=lambda entity: entity.start)
    return tuple(dict.fromkeys(entity.text for entity in ordered))


@read_once
def _judge(watch: Watch, protocols: Path, _state: object) -> Judge:
    """What is read once, however often a vault is opened and locked; it remembers nothing of any message."""
    return Judge(watch, load_protocols(protocols))
