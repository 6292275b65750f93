"""Parse the XML inside documents without what makes XML dangerous: entities, other files, the network."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from medbot_desktop.errors import LibraryError
from medbot_desktop.knowledge.readers.reader import damaged, file_name, too_long

_MOST_TAGS = 2 * 2_000_000  # each element begins and ends


def parsed_xml(data: bytes, path: Path, kind: str) -> etree._Element:
    """The root of a piece of XML.

    Args:
        data: the XML.
        path: the file that it is in, for refusals.
        kind: what that file should be, e.g. ``Word document``.

    Raises:
        LibraryError: it is not well formed, is too long or defines entities.
    """
    if data.count(b"<") > _MOST_TAGS:
        raise too_long(path, kind)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(path, kind) from error
    refuse_entities(root, path)
    return root


def refuse_entities(root: etree._Element, path: Path) -> None:
    """Refuse XML that defines entities: no honest document needs them, and a few lines of them fill any memory.

    Raises:
        LibraryError: it defines one.
    """
    definitions = root.getroottree().docinfo.internalDTD
    if definitions is not None and next(iter(definitions.iterentities()), None) is not None:
        raise LibraryError(
            f"{file_name(path)} defines XML entities, which documents do not need and attacks use.",
            hint="Ask whoever made the file for one without them.",
        )
