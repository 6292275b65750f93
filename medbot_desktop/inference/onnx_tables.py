"""Have a network stretch only the rows of a table that it looks up, so that a table of words stays in 8 bits in memory.

A network with weights in 8 bits stretches each table, then takes the rows for the words of a text. ONNX Runtime does
the first part once, at loading, and keeps what comes out: four times the table. Here the rows are taken first. What
the network computes stays the same to the last bit.

The file is read as Protocol Buffers; the numbers of the fields are those of ONNX's onnx.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_GRAPH = 7
_NODE, _INITIALIZER = 1, 5
_INPUT, _OUTPUT, _KIND, _ATTRIBUTE = 1, 2, 4, 5
_SIDES, _NAME = 1, 8
_VARINT, _EIGHT_BYTES, _WITH_LENGTH, _FOUR_BYTES = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a message: its number, its content where that has a length, and all of its bytes."""

    number: int
    content: memoryview
    whole: memoryview


@dataclass(frozen=True, slots=True)
class _Node:
    """One step of the network."""

    kind: str
    inputs: list[str]
    output: str
    attributes: bytes


def rows_first(network: bytes) -> bytes:
    """The network with each stretched table looked up before it is stretched.

    Args:
        network: an ONNX file.

    Returns:
        A file that computes the same; ``network`` itself where it has no such table.

    Raises:
        ValueError: it is no ONNX file.
    """
    parts = list(_fields(memoryview(network)))
    graphs = [part for part in parts if part.number == _GRAPH]
    graph = [field for part in graphs for field in _fields(part.content)]
    nodes = {place: _node(field.content) for place, field in enumerate(graph) if field.number == _NODE}
    rows = dict(_rows(field.content) for field in graph if field.number == _INITIALIZER)
    instead = _instead(nodes, rows)
    if not instead:
        return network
    changed = (instead.get(place, [field.whole]) for place, field in enumerate(graph))
    body = b"".join(piece for pieces in changed for piece in pieces)
    return b"".join([*(part.whole for part in parts if part.number != _GRAPH), with_length(_GRAPH, body)])


def with_length(number: int, content: bytes) -> bytes:
    """A field of a message: its number, the length of its content, and that."""
    head, length = bytearray([number << 3 | _WITH_LENGTH]), len(content)
    while length > 127:
        head.append(length & 127 | 128)
        length >>= 7
    return bytes([*head, length]) + content


def _instead(nodes: dict[int, _Node], rows: dict[str, int]) -> dict[int, list[bytes]]:
    """What stands in the place of nodes: nothing where a table is stretched, four where its rows are taken."""
    makers = {node.output: place for place, node in nodes.items()}
    users = [name for node in nodes.values() for name in node.inputs]
    instead: dict[int, list[bytes]] = {}
    for place, node in nodes.items():
        stretching = makers.get(node.inputs[0]) if node.kind == "Gather" and not _axis(node) else None
        if stretching is None or nodes[stretching].kind != "Mul" or users.count(node.inputs[0]) > 1:
            continue
        cast, scale = makers.get(nodes[stretching].inputs[0]), nodes[stretching].inputs[1]
        if cast is None or nodes[cast].kind != "Cast" or users.count(nodes[cast].output) > 1:
            continue
        table = nodes[cast].inputs[0]
        if table in rows and rows[table] == rows.get(scale):
            instead |= {cast: [], stretching: [], place: _looked_up(node, nodes[cast], table, scale)}
    return instead


def _looked_up(gather: _Node, cast: _Node, table: str, scale: str) -> list[bytes]:
    """Rows of the table and of its scale, the first cast, and both multiplied."""
    taken, of_scale, stretched = (f"{gather.output}/{part}" for part in ("rows", "scale", "cast"))
    return [
        _written(_Node("Gather", [table, gather.inputs[1]], taken, gather.attributes)),
        _written(_Node("Gather", [scale, gather.inputs[1]], of_scale, gather.attributes)),
        _written(_Node("Cast", [taken], stretched, cast.attributes)),
        _written(_Node("Mul", [stretched, of_scale], gather.output, b"")),
    ]


def _axis(gather: _Node) -> int:
    """Along which side of a table rows are taken; 0 is what ONNX takes where it is not said."""
    for attribute in _fields(memoryview(gather.attributes)):
        for field in _fields(attribute.content):
            if field.number == 3:  # the value of an attribute that is a whole number
                return _varint(field.whole, 1)[0]
    return 0


def _node(content: memoryview) -> _Node:
    fields = list(_fields(content))
    texts = [(field.number, bytes(field.content).decode()) for field in fields if field.number <= _KIND]
    return _Node(
        next((text for number, text in texts if number == _KIND), ""),
        [text for number, text in texts if number == _INPUT],
        next((text for number, text in texts if number == _OUTPUT), ""),
        b"".join(field.whole for field in fields if field.number == _ATTRIBUTE),
    )


def _rows(initializer: memoryview) -> tuple[str, int]:
    """The name of a tensor, and the length of its first side; 1 where it has none."""
    name, sides = "", []
    for field in _fields(initializer):
        if field.number == _NAME:
            name = bytes(field.content).decode()
        elif field.number == _SIDES:
            sides.append(_varint(field.content or field.whole, 0 if field.content else 1)[0])
    return name, sides[0] if sides else 1


def _written(node: _Node) -> bytes:
    inputs = b"".join(with_length(_INPUT, name.encode()) for name in node.inputs)
    body = inputs + with_length(_OUTPUT, node.output.encode()) + with_length(_KIND, node.kind.encode())
    return with_length(_NODE, body + node.attributes)


def _fields(message: memoryview) -> Iterator[_Field]:
    at = 0
    while at < len(message):
        begin = at
        key, at = _varint(message, at)
        content = at
        if key & 7 == _WITH_LENGTH:
            length, content = _varint(message, at)
            at = content + length
        elif key & 7 == _VARINT:
            content = at = _varint(message, at)[1]
        elif key & 7 in (_EIGHT_BYTES, _FOUR_BYTES):
            content = at = at + (8 if key & 7 == _EIGHT_BYTES else 4)
        else:
            raise ValueError("no Protocol Buffers")
        if at > len(message):
            raise ValueError("cut short")
        yield _Field(key >> 3, message[content:at], message[begin:at])


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number of any length, and where it is over."""
    number = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        number, shift, at = number | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return number, at
    raise ValueError("cut short")
