"""The files of one series as stacks: what belongs together in space, in the order of its slices (PS3.3 C.7.6.2.1.1).

A series is split where frame size, orientation, image type, echo or b-value differ, and where several images lie at one
place: phases are never mixed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from math import inf
from typing import Final, NamedTuple

from tui.dicom.dictionary import uid_name
from tui.dicom.library.instances import Instance
from tui.dicom.library.scan import natural_key
from tui.dicom.pixels.geometry import direction, normal

REPEATED: Final = "repeated SOP Instance UIDs"  # what a stack of them is called
_FURTHEST: Final = 1e7  # mm: what is further away is no place
_ALIKE: Final = 1e-3  # of direction cosines: noise of a reconstruction is less
_PLACES_APART_MM: Final = 0.01
_COSINES: Final = 6
_AXES: Final = {"H": "axial", "F": "axial", "A": "coronal", "P": "coronal", "L": "sagittal", "R": "sagittal"}
_MOST_DIRECTIONS: Final = 256  # that are compared
_LEAST_TURNED: Final = 4  # orientations; localizers have two or three
_TURNED: Final = -2
_IMAGE_TYPE_BEGINS: Final = 2  # values 3 and on tell localizers, echoes, derived maps apart
_MANY: Final = 2  # partitions for each image at the fullest place, at the most


class _Key(NamedTuple):
    """What all images of a stack have in common; `way` is which orientation, `path` that of a file of many frames."""

    sop_class: str
    size: str = ""
    way: int = -1
    plane: str = ""
    image_type: str = ""
    echo: str = ""
    b_value: str = ""
    path: str = ""
    number: str = ""  # of a file of many frames


_Said = tuple[int, str]  # a text, and the tag that it is of or 0


class Stack(NamedTuple):
    """Files in the order of their slices.

    Parameters
    ----------
    key : str
        The same for the same stack when more files are known.
    parts : tuple of (int, str)
        What tells it apart from the others of its series: texts, not safe to draw, with the tags that they are of, or 0.
    members : tuple of Instance
        In order.
    places_mm : tuple of float or None
        Where each lies along the normal.
    """

    key: str
    parts: tuple[tuple[int, str], ...]
    members: tuple[Instance, ...]
    places_mm: tuple[float | None, ...]

    @property
    def label(self) -> str:
        """Return its parts as one text; "" where it is the only stack."""
        return ", ".join(text for _, text in self.parts)


def numbers_of(text: str, count: int) -> tuple[float, ...]:
    """Return the numbers of a DS with `count` values; empty where it is not that."""
    try:
        found = tuple(map(float, text.split("\\")))
    except ValueError:
        return ()
    return found if len(found) == count and all(abs(number) < _FURTHEST for number in found) else ()


def plain_number(text: str) -> str:
    """Return a DS in one way of writing: 5 and 5.0 are the same; a text that is no number as it is."""
    try:
        return "\\".join(f"{round(float(part), 4):g}" for part in text.split("\\"))
    except (ValueError, OverflowError):
        return text


@lru_cache(1024)
def _normal_of(orientation: str) -> tuple[float, float, float] | None:
    cosines = numbers_of(orientation, _COSINES)
    return normal(cosines) if cosines else None


def place_mm(instance: Instance) -> float | None:
    """Return where a slice lies along its normal; None where position or orientation is missing."""
    along = _normal_of(instance.shared.orientation)
    position = numbers_of(instance.position, 3) if along is not None else ()
    if along is None or not position:
        return None
    return along[0] * position[0] + along[1] * position[1] + along[2] * position[2]


def integer_of(text: str) -> int | None:
    """Return the number of an IS, or None."""
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


def frames_in(instance: Instance) -> int:
    """Return how many frames a file says it has."""
    return max(1, integer_of(instance.shared.frames) or 1)


def stacks_of(instances: Iterable[Instance]) -> list[Stack]:
    """Return the stacks of a series, in the order of their first images; behind them what has the UID of another file."""
    groups: dict[_Key, list[Instance]] = {}
    directions = list[tuple[float, ...]]()
    uids, repeated = set[str](), list[Instance]()
    for instance in instances:
        if instance.uid in uids:
            repeated.append(instance)
            continue
        uids.update((instance.uid,) if instance.uid else ())
        groups.setdefault(_key(instance, directions), []).append(instance)
    parts = [part for key, group in _turning(groups).items() for part in _phases(key, group)]
    labels = _labels([key for key, _, _ in parts], [said for _, said, _ in parts])
    made = [
        _in_order(_identity(key, said, group), label, group, turned=key.way == _TURNED)
        for label, (key, said, group) in zip(labels, parts, strict=True)
    ]
    made.sort(key=_first)
    return [*made, _in_order(REPEATED, ((0, REPEATED),), repeated, turned=False)] if repeated else made


def _identity(key: _Key, said: _Said, group: Sequence[Instance]) -> str:
    """Return what tells a stack from others whatever else is known of the series: no count, and no place in a list."""
    cosines = numbers_of(group[0].shared.orientation, _COSINES) if key.way >= 0 else ()
    way = " ".join(f"{cosine:.2f}" for cosine in cosines)
    return "\0".join((key.sop_class, key.size, way, key.image_type, key.echo, key.b_value, key.path, said[1]))


def _key(instance: Instance, directions: list[tuple[float, ...]]) -> _Key:
    shared = instance.shared
    size = f"{shared.columns} x {shared.rows}"
    if frames_in(instance) > 1:
        return _Key(shared.sop_class, size, path=instance.path, number=instance.number or "-")
    cosines = numbers_of(shared.orientation, _COSINES)
    if not cosines or not instance.position:
        return _Key(shared.sop_class)
    image_type = " ".join(shared.image_type.split("\\")[_IMAGE_TYPE_BEGINS:])
    plane = _AXES.get(direction(normal(cosines))[:1], "")
    echo, b_value = plain_number(shared.echo_time), plain_number(shared.b_value)
    return _Key(shared.sop_class, size, _which(cosines, directions), plane, image_type, echo, b_value)


def _turning(groups: dict[_Key, list[Instance]]) -> dict[_Key, list[Instance]]:
    """Put images together of which each has an orientation of its own: a volume that is turned around."""
    singles: dict[_Key, list[Instance]] = {}
    for key, group in groups.items():
        if key.way >= 0 and len(group) == 1:
            singles.setdefault(key._replace(way=_TURNED, plane=""), []).append(group[0])
    found = dict(groups)
    for key, group in singles.items():
        if len(group) >= _LEAST_TURNED:
            gone = set(map(id, group))
            found = {one: other for one, other in found.items() if id(other[0]) not in gone}
            found[key] = group
    return found


def _which(cosines: tuple[float, ...], directions: list[tuple[float, ...]]) -> int:
    """Return which of some orientations one is like; it is added where it is like none."""
    for at, other in enumerate(directions[:_MOST_DIRECTIONS]):  # of more, each is one of its own
        if all(abs(one - two) < _ALIKE for one, two in zip(cosines, other, strict=True)):
            return at
    directions.append(cosines)
    return len(directions) - 1


# --- several images at one place

_BY: Final[tuple[tuple[int, str, Callable[[Instance], str]], ...]] = (
    (0x00200100, "phase", lambda instance: instance.temporal_position),
    (0x00181060, "trigger", lambda instance: instance.trigger_time),
    (0x00200012, "acquisition", lambda instance: instance.shared.acquisition_number),
    (0x00080032, "time", lambda instance: instance.acquisition_time),
)


def _phases(key: _Key, group: list[Instance]) -> list[tuple[_Key, _Said, list[Instance]]]:
    """Split images of which several lie at one place, by the first attribute that tells them apart."""
    places = [_rounded(instance) if key.way != _TURNED else None for instance in group]
    counts = Counter(place for place in places if place is not None)
    most = max(counts.values(), default=1)
    if most == 1:
        return [(key, (0, ""), group)]
    for tag, name, value_of in _BY:
        parts: dict[str, list[Instance]] = {}
        for instance in group:
            parts.setdefault(value_of(instance), []).append(instance)
        if "" in parts or not 1 < len(parts) <= _MANY * most:
            continue
        if all(_are_apart(part) for part in parts.values()):
            return [(key, (tag, f"{name} {value}"), parts[value]) for value in sorted(parts, key=natural_key)]
    return _by_turns(key, group)


def _by_turns(key: _Key, group: list[Instance]) -> list[tuple[_Key, _Said, list[Instance]]]:
    """Split images by their numbers: the first ones at their places, the second ones, and so on."""
    turns: dict[int, list[Instance]] = {}
    met: Counter[tuple[float, ...] | None] = Counter()
    for instance in sorted(group, key=_order_by_number):
        place = _rounded(instance)
        met[place] += 1
        turns.setdefault(1 if place is None else met[place], []).append(instance)
    return [(key, (0, f"set {turn}"), part) for turn, part in sorted(turns.items())]


def _rounded(instance: Instance) -> tuple[float, ...] | None:
    position = numbers_of(instance.position, 3)
    return tuple(round(part / _PLACES_APART_MM) for part in position) if position else None


def _are_apart(part: Sequence[Instance]) -> bool:
    places = [place for place in map(_rounded, part) if place is not None]
    return len(set(places)) == len(places)


# --- order and names


def _order_by_number(instance: Instance) -> tuple[float, str]:
    number = integer_of(instance.number)
    return inf if number is None else number, natural_key(instance.name)


def _in_order(key: str, parts: tuple[_Said, ...], group: list[Instance], *, turned: bool) -> Stack:
    """Return images by place, else by number, else by name."""
    places = [None if turned else place_mm(instance) for instance in group]
    found = [
        (inf if place is None else place, *_order_by_number(instance), instance)
        for place, instance in zip(places, group, strict=True)
    ]
    found.sort(key=lambda each: each[:3])
    members = tuple(instance for *_, instance in found)
    return Stack(key, parts, members, tuple(None if place == inf else place for place, *_ in found))


def _first(stack: Stack) -> tuple[float, str]:
    return min(map(_order_by_number, stack.members))


def _labels(keys: Sequence[_Key], said: Sequence[_Said]) -> list[tuple[_Said, ...]]:
    """Return names of stacks: of what they are made of that in which they differ."""
    differs = _Key(*(len(set(column)) > 1 for column in zip(*keys, strict=True)))  # type: ignore[arg-type] # flags
    return [
        tuple(part for part in (*((0, words) for words in _words(key, differs)), own) if part[1])
        for key, own in zip(keys, said, strict=True)
    ]


def _words(key: _Key, differs: _Key) -> list[str]:
    sop_class = uid_name(key.sop_class) or key.sop_class
    words = (
        (sop_class.removesuffix(" Storage"), differs.sop_class), (key.plane, differs.way),
        (key.image_type, differs.image_type), (key.size, differs.size),
        (f"echo {key.echo}" if key.echo else "", differs.echo),
        (f"b {key.b_value}" if key.b_value else "", differs.b_value),
        (f"frames, image {key.number}", differs.path and key.path),
    )  # fmt: skip
    return [said for said, shown in words if said and shown]
