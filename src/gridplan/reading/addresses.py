"""Read Chinese addresses: place (compound or street), number of the building, entrance and room.

``辽宁省沈阳市铁西区启工街道启工小区３号楼二单元501室``, ``启工小区3#楼2-501``, ``启工小区3-2-501``,
``建设东路12号3门501``. 号楼, 栋, 幢 and # follow the number of a building, 楼 alone a floor: 3号楼 is a building, 3楼 a
floor.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

_DIGITS: Final = {"〇": 0, "两": 2} | {hanzi: digit for digit, hanzi in enumerate("零一二三四五六七八九")}
_HANZI: Final = "零〇一二两三四五六七八九十百"
_NUMBER: Final = rf"(?:\d+|[{_HANZI}]+)"
_BUILDING: Final = re.compile(
    rf"(?P<number>[甲乙丙丁戊a-z]?{_NUMBER}(?:[-之]\d+)?[甲乙丙丁戊a-z]?|[a-z])(?:号楼|#楼|号栋|号幢|栋楼?|幢楼?|座楼?|#)"
)
_MARK: Final = re.compile("号楼|[#＃栋幢座]楼?")
_STREET: Final = re.compile(rf"(?P<number>[甲乙丙丁]?{_NUMBER}(?:[-之]\d+)?[甲乙丙丁]?)号(?!线|院|大街|路)")
_SHORT: Final = re.compile(r"^(?P<place>.*[^\d-])(?P<number>\d+)-(?P<rest>\d+(?:-\d+)?)(?:室|号|户)?$")
_ENTRANCE: Final = re.compile(rf"^-?(?P<entrance>{_NUMBER}|[甲乙丙丁a-z东西南北中])(?:单元|门洞|门|洞|梯口|梯)-?")
_FLOOR: Final = re.compile(rf"^(?:{_NUMBER})(?:楼|层)-?")
_ROOM: Final = re.compile(rf"^(?P<room>[\da-z{_HANZI}-]+)(?:室|号|户|房间|房)?$")
_BARE: Final = re.compile(rf"^(?P<number>[甲乙丙丁a-z]?{_NUMBER}(?:[-之]\d+)?[甲乙丙丁a-z]?|[a-z])(?:号楼?|楼)?$")
_AREA: Final = re.compile(r"^.*?(?:自治区|省|市|区|县|旗|街道办事处|街道|镇|乡)(?=.*[^\d])")
_HANZI_RUN: Final = re.compile(f"[{_HANZI}]+")
_TAILS: Final = ("住宅小区", "小区", "社区住宅", "家属院", "住宅")


class Address(NamedTuple):
    """What an address says, normalised; the empty text where it says nothing.

    Parameters
    ----------
    place : str
        What stands before the number of the building: compound or street, with all around them.
    number : str
        Number of the building.
    entrance : str
        Entrance, in digits.
    room : str
        Room.
    """

    place: str
    number: str
    entrance: str
    room: str


def plain(text: str) -> str:
    """Bring a text to narrow characters without spaces.

    Parameters
    ----------
    text : str
        As it stands in the file.

    Returns
    -------
    str
        ``３ 号楼`` becomes ``3号楼``.
    """
    text = unicodedata.normalize("NFKC", text).casefold().replace("—", "-").replace("–", "-").replace("－", "-")
    return "".join(text.replace("＃", "#").split())


def to_digits(text: str) -> str:
    """Write the Chinese numerals in a text as digits.

    Parameters
    ----------
    text : str
        For example ``十二`` or ``五零一``.

    Returns
    -------
    str
        ``12``, ``501``; leading zeros of numbers are taken away.
    """
    text = _HANZI_RUN.sub(lambda hit: _count(hit[0]), text)
    return re.sub(r"(?<!\d)0+(?=\d)", "", text)


def place_key(text: str) -> str:
    """Reduce the name of a compound to what is compared.

    Parameters
    ----------
    text : str
        For example ``启工二小区`` or ``启工2 小区``.

    Returns
    -------
    str
        In digits, without 小区 at its end.
    """
    key = to_digits(plain(text))
    key = re.sub(r"[()\[\]【】「」·,.、]", "", key)
    tail = next((t for t in _TAILS if key.endswith(t) and len(key) > len(t)), "")
    return key.removesuffix(tail)


def number_key(text: str) -> str:
    """Reduce the number of a building to what is compared.

    Parameters
    ----------
    text : str
        For example ``启工小区三号楼``, ``3#`` or ``03栋``.

    Returns
    -------
    str
        ``3``; the empty text where there is no number.
    """
    text = plain(text)
    hits = list(_BUILDING.finditer(text))
    if hits:
        return to_digits(hits[-1]["number"])
    bare = _BARE.fullmatch(text) or _STREET.search(text)
    return to_digits(bare["number"]) if bare else ""


def entrance_key(text: str) -> str:
    """Write an entrance the same way, whatever way it stands in the file.

    Parameters
    ----------
    text : str
        For example ``二单元``, ``2门`` or ``02``.

    Returns
    -------
    str
        ``2``; what is no number stays.
    """
    text = plain(text)
    hit = _ENTRANCE.match(text)
    return to_digits(hit["entrance"] if hit else text)


@dataclass(slots=True)
class Reader:
    """Reads addresses; what stands before the number of the building is read once for all rooms of a building."""

    _heads: dict[str, tuple[str, str] | None] = field(default_factory=dict)
    _places: dict[str, str] = field(default_factory=dict)
    _rests: dict[str, tuple[str, str]] = field(default_factory=dict)

    def read(self, texts: Iterable[str]) -> list[Address]:
        """Read addresses.

        Parameters
        ----------
        texts : iterable of str
            As they stand in the file.

        Returns
        -------
        list of Address
            One each.
        """
        return [self._read_by_head(text) for text in texts]

    def _read_by_head(self, text: str) -> Address:
        """Read an address whose head, up to the number of the building, was read before: the rooms share it."""
        mark = _MARK.search(text)
        if mark is not None:
            head = text[: mark.end()]
            if head not in self._heads:
                narrow = plain(head)
                hit = _BUILDING.search(narrow)
                whole = hit is not None and hit.end() == len(narrow)
                self._heads[head] = (
                    (self._place(narrow[: hit.start()]), to_digits(hit["number"]))
                    if hit is not None and whole
                    else None
                )
            known = self._heads[head]
            if known is not None:
                return Address(*known, *self._rest(text[mark.end() :]))
        return self._read(plain(text))

    def _read(self, text: str) -> Address:
        hit = _BUILDING.search(text)
        if hit is None and (short := _SHORT.fullmatch(text)) is not None:
            entrance, _, room = short["rest"].rpartition("-")
            return Address(self._place(short["place"]), to_digits(short["number"]), to_digits(entrance), room)
        hit = hit or _STREET.search(text)
        if hit is None:
            return Address(self._place(text), "", "", "")
        entrance, room = self._rest(text[hit.end() :])
        return Address(self._place(text[: hit.start()]), to_digits(hit["number"]), entrance, room)

    def _place(self, text: str) -> str:
        if text not in self._places:
            self._places[text] = place_key(text)
        return self._places[text]

    def _rest(self, text: str) -> tuple[str, str]:
        if text not in self._rests:
            if len(self._rests) > 1_000_000:  # noqa: PLR2004 - a memory, not a store
                self._rests.clear()
            self._rests[text] = _entrance_and_room(plain(text))
        return self._rests[text]


def without_area(place: str) -> str:
    """Take province, city, district and subdistrict from before a place.

    Parameters
    ----------
    place : str
        For example ``辽宁省沈阳市铁西区建设东路``.

    Returns
    -------
    str
        ``建设东路``.
    """
    while (hit := _AREA.match(place)) is not None:
        place = place[hit.end() :]
    return place


def _entrance_and_room(text: str) -> tuple[str, str]:
    """Read what follows the number of the building."""
    entrance = ""
    if hit := _ENTRANCE.match(text):
        entrance, text = to_digits(hit["entrance"]), text[hit.end() :]
    if hit := _FLOOR.match(text):
        text = text[hit.end() :]
    hit = _ROOM.match(text.lstrip("-"))
    room = hit["room"] if hit else ""
    if not entrance and "-" in room:
        entrance, _, room = room.partition("-")
        entrance = to_digits(entrance)
    return entrance, to_digits(room)


def _count(hanzi: str) -> str:
    """Read Chinese numerals: counted (十二) or spelt (五零一)."""
    if not any(unit in hanzi for unit in "十百"):
        return "".join(str(_DIGITS[char]) for char in hanzi)
    total, digit = 0, 0
    for char in hanzi:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[char]
    return str(total + digit)
