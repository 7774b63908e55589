"""How long and how much, as people write it: `2 jam`, `1,5 jam`, `90 menit`, `2j30`, `08.00-10.00`; `3 laporan`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from integration.dates.words import NUMBERS
from integration.errors import UserError
from integration.i18n import Translate
from integration.messages import Text

_WORDS = {**NUMBERS, "dua belas": 12}
_ONE_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?½?|½|(?:{_ONE_WORD})(?: setengah)?|setengah)"
_HOUR = r"(?: ?(?:jam|hours?|hrs?)| jm|(?<=\d)(?:j|h))"
_MINUTE = r"(?: ?(?:menit|mnt|mnit|minutes?|mins?)|(?<=\d)[m'’])"
_CLOCK = r"\d{1,2}[.:]\d{2}"
_TO = r"(?: ?[-–—] ?| ?s\.? ?/? ?d\.? ?| sampai(?: dengan)? | hingga )"
_ZONE = r"(?: (?:WIB|WITA|WIT))?"
_SPANS = (
    rf"(?:(?:jam|pukul|pkl\.?|dari|dr) )*(?P<from>{_CLOCK}){_ZONE}{_TO}(?:(?:jam|pukul|pkl\.?) )?(?P<to>{_CLOCK}){_ZONE}",
    rf"(?:jam|pukul|pkl\.?) (?P<from_hour>\d{{1,2}}){_TO}(?:(?:jam|pukul|pkl\.?) )?(?P<to_hour>\d{{1,2}}){_ZONE}",
)
_LENGTHS = (
    rf"(?P<hours>{_NUMBER}){_HOUR}(?P<half> setengah)?"
    rf"(?:(?: dan)? ?(?P<rest>\d{{1,2}}){_MINUTE}| ?(?P<bare>\d{{1,2}})(?![\d.,:]|\w| ?(?:jam|j|h)\b))?",
    r"(?P<sejam>sejam|satu jam)(?P<sejam_half> setengah)?",
    rf"(?P<minutes>{_NUMBER}){_MINUTE}",
    r"(?P<colon_hours>\d{1,2}):(?P<colon_minutes>\d{2}) ?jam",
)


def _numbered(patterns: tuple[str, ...]) -> str:
    return "|".join(f"(?:{pattern})" for pattern in patterns)


_TIME = _numbered((*_SPANS, *_LENGTHS))
_LEAD = r"(?:\(|\[)?(?:selama |(?:selama|durasi|lamanya|lama|waktu) ?: ?)?"
_WHOLE = re.compile(rf"{_LEAD}(?:{_TIME})[\])]?", re.IGNORECASE)
_AT_END = re.compile(rf"(?:^|(?<=[\s,;:(\[–—-])){_LEAD}(?:{_TIME})[\s,;.)\]]*$", re.IGNORECASE)
_AT_START = re.compile(rf"^[\s(\[]*(?:{_TIME})(?:[)\],;:]|(?=\s|$)|\s?[–—-](?=\s))\s*", re.IGNORECASE)
_ANYWHERE = re.compile(rf"(?<![\w.,/:-])(?:{_TIME})(?![\w/]|[.,:]\d)", re.IGNORECASE)
# What follows or precedes a time that is no time of work: `40 jam kerja`, `setiap 2 jam`.
_NOT_AFTER = re.compile(r"\s*(?:pelajaran|kerja|kuliah|operasional|layanan|pertama|sekali|sebelum|setelah|sesudah)\b", re.I)
_NOT_BEFORE = re.compile(r"(?:\b(?:setiap|tiap|per|maksimal|minimal|sebelum|setelah|batas|jam ke)|ke-)\s*$", re.IGNORECASE)
_LONGEST_SPAN = 16 * 60
_QUANTITY = re.compile(r"(?P<number>\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?|\d+(?:[.,]\d{1,2})?)\s*(?P<measure>[^\d\s=].*)?")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was found, and the text without it."""

    minutes: int
    rest: str


def parse_minutes(text: str, t: Translate) -> int:
    """The minutes that the whole text says; raises `UserError` with what is accepted."""
    said = " ".join(text.split())
    found = _WHOLE.fullmatch(said) or re.fullmatch(r"(?P<colon_hours>\d{1,2}):(?P<colon_minutes>\d{2})", said)
    if found is None:
        bare = re.fullmatch(r"\d{1,3}", said)
        if bare:
            raise UserError(t("“{text}” can be hours or minutes: write {hours} or {minutes}.", text=said, **_both(said)))
        raise UserError(
            t("“{text}” cannot be read as a time. Write for example: {examples}.", text=said[:60], examples=Text(EXAMPLES))
        )
    return _minutes(found, t)


EXAMPLES = "2 jam, 90 menit, 1,5 jam, 08.00-10.00"


def _both(number: str) -> dict[str, Text]:
    return {"hours": Text(f"`{number} jam`"), "minutes": Text(f"`{number} menit`")}


def take_minutes(text: str, t: Translate) -> Taken | None:
    """How long it took, said at the end or in front. Raises `UserError` for hours that run backwards."""
    found = _AT_END.search(text)
    if found and not _means_no_work(text, found):
        return Taken(_minutes(found, t), text[: found.start()].rstrip(" ,;:(–—-"))
    found = _AT_START.match(text)
    if found and not _NOT_AFTER.match(text[found.end() :]):
        return Taken(_minutes(found, t), text[found.end() :].strip())
    return None


def minutes_within(text: str, t: Translate) -> int:
    """How long it took, if that is said exactly once within the words, where it stays: 0 otherwise."""
    within = [each for each in _ANYWHERE.finditer(text) if not _means_no_work(text, each)]
    return _minutes(within[0], t) if len(within) == 1 else 0


def _means_no_work(text: str, found: re.Match[str]) -> bool:
    """`layanan 24 jam`, `40 jam kerja`, `tiap 2 jam` tell no time of one's own."""
    whole_day = found["hours"] == "24" and not (found["rest"] or found["bare"])
    return bool(whole_day or _NOT_AFTER.match(text[found.end() :]) or _NOT_BEFORE.search(text[: found.start()]))


def _minutes(found: re.Match[str], t: Translate) -> int:
    said = {name: value for name, value in found.groupdict().items() if value}
    if "from" in said:
        return _between(_of_clock(said["from"], t), _of_clock(said["to"], t), t)
    if "from_hour" in said:
        return _between(_of_clock(said["from_hour"] + ".00", t), _of_clock(said["to_hour"] + ".00", t), t)
    if "colon_hours" in said:
        return int(said["colon_hours"]) * 60 + int(said["colon_minutes"])
    if "sejam" in said:
        return 90 if "sejam_half" in said else 60
    if "minutes" in said:
        return round(_number(said["minutes"]))
    return round(_number(said["hours"]) * 60) + (30 if "half" in said else 0) + int(said.get("rest") or said.get("bare") or 0)


def _of_clock(text: str, t: Translate) -> int:
    hour, minute = (int(part) for part in re.split("[.:]", text))
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise UserError(t("“{text}” is not a time of day: it goes from 00.00 to 23.59.", text=text))
    return hour * 60 + minute


def _between(start: int, end: int, t: Translate) -> int:
    """Over midnight too, as a night shift is; nobody works nearly a whole day."""
    length = (end - start) % (24 * 60)
    if not 0 < length <= _LONGEST_SPAN:
        start_, end_ = (Text(f"{each // 60:02}.{each % 60:02}") for each in (start, end))
        raise UserError(t("{end} is not after {start}. Please check the hours.", start=start_, end=end_))
    return length


def _number(text: str) -> Decimal:
    text = text.lower().strip()
    half = Decimal("0.5") if text.endswith(("½", " setengah")) or text == "setengah" else Decimal(0)
    whole = text.removesuffix("½").removesuffix("setengah").strip()
    return half + (Decimal(_WORDS[whole]) if whole in _WORDS else Decimal(whole.replace(",", ".") or 0))


# ---------------------------------------------------------------- how much


def parse_quantity(text: str, t: Translate) -> tuple[Decimal | None, str]:
    """`3 laporan`, `1.250,5 ton`, `12`: the number and what is counted; nothing for an empty text. Raises `UserError`."""
    said = " ".join(text.split())
    if not said:
        return None, ""
    found = _QUANTITY.fullmatch(said)
    if found is None:
        raise UserError(t("“{text}” is no quantity. Write for example: {example}.", text=said[:60], example=Text("3 laporan")))
    return quantity_of(found["number"]), (found["measure"] or "").strip()


def quantity_of(number: str) -> Decimal:
    """`1.250,5` is written as Indonesians do; `2.5` too is two and a half."""
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?", number):
        number = number.replace(".", "")
    try:
        return Decimal(number.replace(",", "."))
    except InvalidOperation:  # the pattern lets nothing else through
        raise UserError(number) from None


def show_quantity(quantity: Decimal | None, measure: str, locale: str) -> str:
    """`3 laporan`, `2,5 km`; "" without a number."""
    if quantity is None:
        return measure
    number = f"{quantity.normalize():f}"
    return f"{number.replace('.', ',') if locale == 'id' else number} {measure}".strip()
