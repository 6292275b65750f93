"""Say how everything looks in one place: colours, sizes and spaces come from files, never from a widget."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from string import Template
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette

from medbot_desktop.errors import InputError
from medbot_desktop.settings import resources_folder

CHOICES = {"system": "Follow the system", "light": "Light", "dark": "Dark", "contrast": "High contrast"}
"""What a person may choose, and how it is named."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one theme, by what they are for, as ``#rrggbb``."""

    page: str
    surface: str
    raised: str
    text: str
    muted: str
    disabled: str
    disabled_line: str
    line: str
    control_line: str
    accent: str
    accent_hover: str
    on_accent: str
    tint: str
    link: str
    focus: str
    mark: str
    mark_text: str
    emergency_head: str
    emergency_body: str
    emergency_text: str
    emergency_line: str
    urgent: str
    routine: str
    self_care: str
    care_text: str
    notice: str
    notice_text: str
    notice_line: str
    danger: str


TEXT_PAIRS = (
    *((text, ground) for text in ("text", "muted", "link") for ground in ("page", "surface", "raised", "tint")),
    ("danger", "surface"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("mark_text", "mark"),
    ("emergency_text", "emergency_head"),
    ("emergency_text", "emergency_body"),
    ("care_text", "urgent"),
    ("care_text", "routine"),
    ("care_text", "self_care"),
    ("notice_text", "notice"),
    ("disabled", "raised"),
    ("disabled", "surface"),
)
"""Every (text, ground) pair that the window paints; each must reach a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3)."""

BOUNDARY_PAIRS = tuple((line, ground) for line in ("control_line", "focus", "accent") for ground in ("page", "surface"))
"""Every boundary that shows where a control is; each must reach 3 to 1 (WCAG 2.2, 1.4.11)."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Type sizes, spaces and widths in pixels; ``line_percent`` is the height of a line in per cent of its font."""

    small: int
    body: int
    large: int
    title: int
    unit: int
    target: int
    icon: int
    mark_pixels: int
    scrollbar: int
    radius: int
    hairline: int
    stroke: int
    line_percent: int
    rail: int
    conversations: int
    sources: int
    reading: int
    composer_lines: int
    width: int
    height: int
    least_width: int
    least_height: int


@dataclass(frozen=True, slots=True)
class Theme:
    """Everything that decides a look: ``family`` is the font, empty for the system's own."""

    name: str
    dark: bool
    colours: Colours
    sizes: Sizes
    family: str = ""

    def font(self, pixels: int, bold: bool = False) -> QFont:
        """The theme's font at a size of the type scale."""
        font = QFont(self.family) if self.family else QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font.setPixelSize(pixels)
        font.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
        return font

    def colour(self, name: str) -> QColor:
        """A colour of the theme by its token's name."""
        return QColor(getattr(self.colours, name))


def load_theme(name: str, place: str = "desk") -> Theme:
    """Read a theme's tokens.

    Args:
        name: ``light``, ``dark`` or ``contrast``.
        place: where the window stands, which decides the sizes.

    Raises:
        InputError: a file is missing or lacks a token.
    """
    look, room = _read(f"{name}.toml"), _read(f"{place}.toml")
    try:
        colours, sizes = Colours(**look["colours"]), Sizes(**room["sizes"])
        family = next((item for item in room["families"] if QFontDatabase.hasFamily(item)), "")
        return Theme(name=name, dark=look["dark"], colours=colours, sizes=sizes, family=family)
    except (KeyError, TypeError) as error:
        raise InputError(f"The theme {name} is incomplete.", hint="Install MedBot again to restore it.") from error


def theme_folder() -> Path:
    """The folder of the tokens, the style sheet and the icons."""
    return resources_folder() / "theme"


def _read(file_name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((theme_folder() / file_name).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            f"The theme file {file_name} cannot be read.", hint="Install MedBot again to restore it."
        ) from error


def style_sheet(theme: Theme) -> str:
    """The style sheet of every widget, with the theme's tokens filled in."""
    size = theme.sizes
    derived = {
        "family": theme.font(size.body).family(),
        "double": 2 * size.unit,
        "quarter": size.unit // 4 * 2,
        "button": size.target - 2 * size.stroke,
        "badge": 3 * size.unit,
        "menupad": (size.target - size.body * size.line_percent // 100) // 2,
        "tabpad": size.unit,
        "tabline": size.stroke + size.hairline,
        "radio": (size.icon + 2 * size.stroke) // 2,
        "tick": size.stroke * 3 + size.hairline,
        "radiodot": size.icon - 2 * (size.stroke * 2 + size.hairline),
    }
    template = Template((theme_folder() / "window.qss").read_text(encoding="utf-8"))
    return template.substitute(asdict(theme.colours) | asdict(size) | derived)


def palette(theme: Theme) -> QPalette:
    """The palette for what style sheets do not reach: text cursors, placeholders and native parts."""
    result = QPalette()
    roles = {
        QPalette.ColorRole.Window: "surface",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "surface",
        QPalette.ColorRole.AlternateBase: "page",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.PlaceholderText: "muted",
        QPalette.ColorRole.Button: "surface",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.Highlight: "accent",
        QPalette.ColorRole.HighlightedText: "on_accent",
        QPalette.ColorRole.Link: "link",
    }
    for role, name in roles.items():
        result.setColor(role, theme.colour(name))
    return result


def contrast_ratio(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colour_names() -> tuple[str, ...]:
    """The names of all colour tokens."""
    return tuple(field.name for field in fields(Colours))


class Appearance(QObject):
    """The look that is on now; everything that paints listens to ``changed``.

    Args:
        choice: a key of ``CHOICES``; ``system`` follows the system, also when it changes later.
    """

    changed = Signal(object)

    def __init__(self, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choice = choice
        self._is_palette_dark = _is_dark(QGuiApplication.palette())  # the system's own, as long as no theme is on
        self.theme = load_theme(self._name())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    def choose(self, choice: str) -> None:
        """Switch the look for this run."""
        self.choice = choice
        theme = load_theme(self._name())
        if theme.name != self.theme.name:
            self.theme = theme
            self.changed.emit(theme)

    def _follow(self) -> None:
        self.choose(self.choice)

    def _name(self) -> str:
        if self.choice != "system":
            return self.choice
        hints = QGuiApplication.styleHints()
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            return "contrast"
        scheme = hints.colorScheme()
        is_dark = self._is_palette_dark if scheme == Qt.ColorScheme.Unknown else scheme == Qt.ColorScheme.Dark
        return "dark" if is_dark else "light"


def _is_dark(colours: QPalette) -> bool:
    ground, text = colours.window().color(), colours.windowText().color()
    return ground.lightness() < text.lightness()
