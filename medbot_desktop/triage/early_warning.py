"""Score vital signs: NEWS2 for adults, and the ranges of the NICE traffic light and of life support for children."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

_ADULT = 16.0
_LEAST_MEASURED = 2
"""A single vital sign that is measured says little; two are scored, what is not measured counts as normal."""

# NEWS2 (Royal College of Physicians 2017): a value below the first limit scores the first points, and so on.
_BANDS: Mapping[str, tuple[tuple[float, int], ...]] = {
    "respiratory_rate": ((9, 3), (12, 1), (21, 0), (25, 2), (1e9, 3)),
    "oxygen_saturation": ((92, 3), (94, 2), (96, 1), (1e9, 0)),
    "systolic": ((91, 3), (101, 2), (111, 1), (220, 0), (1e9, 3)),
    "heart_rate": ((41, 3), (51, 1), (91, 0), (111, 1), (131, 2), (1e9, 3)),
    "temperature": ((35.1, 3), (36.1, 1), (38.1, 0), (39.1, 1), (1e9, 2)),
}
# Scale 2, for those with confirmed hypercapnic failure alone; with COPD and no word of that, the higher of both counts.
_OXYGEN_SCALE_2 = ((84, 3), (86, 2), (88, 1), (1e9, 0))
_OXYGEN_SCALE_2_ON_OXYGEN = ((84, 3), (86, 2), (88, 1), (93, 0), (95, 1), (97, 2), (1e9, 3))
_SCALE_2 = "hypercapnic"
_COPD = "copd_known"
_NEW_CONFUSION = ("confusion", "drowsy", "unconscious", "low_gcs", "seizure")
_ON_OXYGEN = "on_oxygen"
_TOO_LITTLE_ON_OXYGEN = 2

# Ages in years below which the next limits hold: fastest breathing and fastest heart that are still ordinary, a minute;
# after NICE NG143 (2021) for breathing and heart under 5, and NICE NG51 (2016, now NG254) from 5: moderate risk above.
_CHILD_LIMITS = (
    (1.0, 50.0, 160.0),
    (2.0, 40.0, 150.0),
    (5.0, 40.0, 140.0),
    (6.0, 23.0, 119.0),
    (8.0, 23.0, 109.0),
    (12.0, 21.0, 104.0),
    (_ADULT, 24.0, 115.0),
)
# The same for high risk: NICE NG51 (2016) from 5 years, and its values for over twelve.
_CHILD_DANGERS = ((6.0, 28.0, 129.0), (8.0, 26.0, 119.0), (12.0, 24.0, 114.0), (_ADULT, 24.0, 130.0))
_CHILD_DANGERS_FROM = 5.0
# The slowest heart and breathing of a child: NICE NG51 (2016) sees danger in a heart below 60 under twelve; ten breaths
# are well below every range of the Resuscitation Council UK (2021); from twelve less scores three in NEWS2.
_SLOWEST_HEART = ((12.0, 60.0), (_ADULT, 41.0))
_SLOWEST_BREATHING = ((12.0, 10.0), (_ADULT, 9.0))
_FASTEST_BREATHING = 60.0
"""A child's breaths a minute above which NICE NG143 (2021) speaks of high risk."""
_LEAST_OXYGEN = 92.0
"""The oxygen saturation in % below which NICE NG9 (2021) and BTS/SIGN 158 (2019) send a child to hospital."""

_LITTLE_OXYGEN = 95.0
"""The oxygen saturation in % up to which NICE NG143 (2021) speaks of intermediate risk."""


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """The score of an adult's vital signs.

    Attributes:
        points: what each sign scores, 0 to 3, by its name.
    """

    points: Mapping[str, int]

    @property
    def total(self) -> int:
        """The NEWS2 score, 0 to 20."""
        return sum(self.points.values())

    @property
    def highest(self) -> int:
        """The highest points of one sign."""
        return max(self.points.values())

    @property
    def lacks_oxygen(self) -> bool:
        """Whether the blood holds too little oxygen although oxygen is given."""
        return _ON_OXYGEN in self.points and self.points.get("oxygen_saturation", 0) >= _TOO_LITTLE_ON_OXYGEN

    @property
    def weighing(self) -> list[str]:
        """The signs that score anything."""
        return [name for name, points in self.points.items() if points]


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """A child's vital sign that is out of its range.

    Attributes:
        name: the measure.
        why: what that means, one plain sentence.
        limit: what the range is, in words.
    """

    name: str
    why: str
    limit: str


def news2(numbers: Mapping[str, float], held: Collection[str], least: int = _LEAST_MEASURED) -> EarlyWarning | None:
    """The NEWS2 score (Royal College of Physicians, National Early Warning Score 2, 2017).

    Args:
        numbers: the measures that are known: respiratory_rate (a minute), oxygen_saturation (%), systolic (mmHg),
            heart_rate (a minute), temperature (°C), age (years).
        held: the names of signs that hold; new confusion scores 3, oxygen by mask 2.
        least: how many signs must have been measured.

    Returns:
        None under 16 years, in pregnancy, and where too few signs were measured.
    """
    if numbers.get("age", 40.0) < _ADULT or "pregnant" in held:
        return None
    points: dict[str, int] = {}
    for name, bands in _BANDS.items():
        if name in numbers:
            points[name] = _points(numbers[name], bands)
    if "oxygen_saturation" in points:
        points["oxygen_saturation"] = _of_oxygen(numbers["oxygen_saturation"], points["oxygen_saturation"], held)
    if len(points) < least:
        return None
    mind = next((name for name in _NEW_CONFUSION if name in held), None)
    if mind is not None or numbers.get("coma_scale", 15.0) < 15.0:
        points[mind or "coma_scale"] = 3
    if _ON_OXYGEN in held:
        points[_ON_OXYGEN] = 2
    return EarlyWarning(points)


def child_in_danger(numbers: Mapping[str, float]) -> OutOfRange | None:
    """Say which of a child's vital signs is far out of its range; None where none is.

    Args:
        numbers: as for `news2`.
    """
    age = numbers.get("age", 40.0)
    if age >= _ADULT:
        return None
    if numbers.get("respiratory_rate", 0.0) > _FASTEST_BREATHING:
        return OutOfRange(
            "respiratory_rate", "The child breathes very fast.", f"above {_FASTEST_BREATHING:.0f} a minute"
        )
    if numbers.get("oxygen_saturation", 100.0) < _LEAST_OXYGEN:
        return OutOfRange(
            "oxygen_saturation", "The child's blood holds too little oxygen.", f"below {_LEAST_OXYGEN:.0f} %"
        )
    return _too_slow(age, numbers) or _far_too_fast(age, numbers)


def _too_slow(age: float, numbers: Mapping[str, float]) -> OutOfRange | None:
    """The breathing or the heart of a child that is too slow."""
    for name, limits, why in (
        ("respiratory_rate", _SLOWEST_BREATHING, "The child breathes far too slowly."),
        ("heart_rate", _SLOWEST_HEART, "The child's heart beats far too slowly."),
    ):
        slowest = next(limit for older, limit in limits if age < older)
        if numbers.get(name, slowest) < slowest:
            return OutOfRange(name, why, f"below {slowest:.0f} a minute")
    return None


def _far_too_fast(age: float, numbers: Mapping[str, float]) -> OutOfRange | None:
    """The breathing or the heart of a child from five years that is far too fast."""
    if age < _CHILD_DANGERS_FROM:
        return None
    breathing, heart = next(limits[1:] for limits in _CHILD_DANGERS if age < limits[0])
    for name, limit, why in (
        ("respiratory_rate", breathing, "The child breathes far too fast for this age."),
        ("heart_rate", heart, "The child's heart beats far too fast for this age."),
    ):
        if numbers.get(name, 0.0) > limit:
            return OutOfRange(name, why, f"above {limit:.0f} a minute at this age")
    return None


def child_at_risk(numbers: Mapping[str, float]) -> OutOfRange | None:
    """Say which of a child's vital signs is above its range; None where none is. Takes what `news2` takes."""
    age = numbers.get("age", 40.0)
    if age >= _ADULT:
        return None
    breathing, heart = next((limits[1:] for limits in _CHILD_LIMITS if age < limits[0]), (24.0, 115.0))
    if numbers.get("respiratory_rate", 0.0) > breathing:
        why = "The child breathes fast for this age."
        return OutOfRange("respiratory_rate", why, f"above {breathing:.0f} a minute at this age")
    if numbers.get("oxygen_saturation", 100.0) <= _LITTLE_OXYGEN:
        why = "The child's blood holds a little too little oxygen."
        return OutOfRange("oxygen_saturation", why, f"{_LITTLE_OXYGEN:.0f} % or less")
    if numbers.get("heart_rate", 0.0) > heart:
        why = "The child's heart beats fast for this age."
        return OutOfRange("heart_rate", why, f"above {heart:.0f} a minute at this age")
    return None


def _of_oxygen(value: float, by_scale_1: int, held: Collection[str]) -> int:
    """The points of an oxygen saturation in %, by the scale that is for the person."""
    on_oxygen = _ON_OXYGEN in held
    by_scale_2 = _points(value, _OXYGEN_SCALE_2_ON_OXYGEN if on_oxygen else _OXYGEN_SCALE_2)
    if _SCALE_2 in held:
        return by_scale_2
    return max(by_scale_1, by_scale_2) if _COPD in held else by_scale_1


def _points(value: float, bands: tuple[tuple[float, int], ...]) -> int:
    return next(points for limit, points in bands if value < limit)
