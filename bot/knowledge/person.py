"""Who a daily need is for, as far as a message says: age, sex, pregnancy, breastfeeding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.knowledge.tokens import tokens

Sex = Literal["female", "male"]

_UNITS = {"year": 1.0, "yr": 1.0, "yo": 1.0, "y": 1.0, "month": 1 / 12, "mo": 1 / 12, "week": 1 / 52, "day": 1 / 365}
_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_NUMBERS = {word: value for value, word in enumerate(_ONES + _TEENS)}
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_FEMALE = re.compile(
    r"\b(?:wom[ae]n|female|females|girls?|lady|ladies|wife|mother|mum|mom|mam|daughter|sister|gran|grandma|granny|nan|"
    r"grandmother|aunt|aunty|niece|girlfriend|she|her|granddaughter)\b|\b(?:\d{1,2} (?:yo |y o )?f|f \d{1,2})\b"
)
_MALE = re.compile(
    r"\b(?:m[ae]n|male|males|boys?|guy|guys|gentleman|husband|father|dad|son|brother|grandad|granddad|grandpa|grandfather|"
    r"uncle|nephew|boyfriend|he|his|him|bloke|grandson)\b|\b(?:\d{1,2} (?:yo |y o )?m|m \d{1,2})\b"
)
_PREGNANT = re.compile(r"\b(?:pregnant|pregnancy|expecting|trimester|preggo|preggers|mum to be|mom to be)\b")
# "A breastfed baby" and "a nursing home" tell of somebody else.
_FEEDING = re.compile(
    r"\b(?:breast ?feed(?:ing)?|breast ?fed(?! (?:bab|infant|new ?born|child|toddler|son|daughter|boy|girl))|"
    r"lactating|lactation|nursing(?! (?:homes?|staff|school|student|degree|care|shift))|pumping milk)\b"
)
# "I'm not pregnant", "not pregnant or breastfeeding", "I have never been pregnant", "trying to get pregnant".
_NOT = re.compile(
    r"\b(?:not|no longer|isnt|aint|never|wasnt|arent|neither|nor|stopped|finished|before|planning|"
    r"(?:trying|want|wanting|hoping|planning) to (?:get|be|become|fall)) "
    r"(?:(?:currently|yet|now|even|been|either|a|my) )*"
    r"(?:(?:pregnant|breast ?feeding|nursing|lactating|expecting) (?:, )?(?:or|nor) (?:currently |now )?)*$"
)
# What people count that is no age: "5 years ago", "every 2 days", "5 ft 6", "a mother of 2", "is 100 too much".
_SPAN = r"\d+(?:\.\d+)? (?:years?|yrs?|months?|weeks?|wks?|days?)"
_NO_AGE = re.compile(
    rf"\b{_SPAN} (?:ago|later)\b|"
    rf"\b(?:for|every|in|within|after|last|past) (?:the )?(?:last |past |next )?(?:about |over )?{_SPAN}"
    r"(?! (?:olds?|of age)\b)\b|"
    r"\b\d+(?:\.\d+)? ?(?:ft|feet|foot|inch(?:es)?|st|kgs|kilos?|stones)\b(?: \d+\b)?|"
    r"\b(?:mother|father|mum|mom|dad|parent|gran\w*) (?:of|to) \d+\b(?! year)|"
    r"\b\d+ (?:too|enough|ok|okay|safe)\b"
)
_RANGE = re.compile(r"\b(?:(?<=between )(\d+) and|(\d+) to) \d+(?= (?:years?|yrs?|yo|months?|weeks?|wks?|days?)\b)")
_PART = re.compile(r"\b(?:(\d+) )?(\d)/(\d)(?= (?:years?|yrs?|yo|months?)\b)")
# Words that stand for an age, in years; each lies inside one row of the table.
_STAGES = (
    (re.compile(r"\bnew ?borns?\b"), 0.0),
    (re.compile(r"\btoddlers?\b"), 2.0),
    (re.compile(r"\b(?:teen|teens|teenager|teenagers|teenage|adolescents?)\b"), 16.0),
    (re.compile(r"\b(?:elderly|pensioner|pensioners|very old)\b"), 75.0),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """What is known of a person; None is "not said". `age_years` may be a part of a year (0.5: six months)."""

    age_years: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    breastfeeding: bool | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What must still be asked before a need can be told: "age", "sex" (only where it matters)."""
        if self.age_years is None:
            needs_sex = self.sex is None and not (self.pregnant or self.breastfeeding)
            return ("age", "sex") if needs_sex else ("age",)
        return ("sex",) if self.age_years >= 14 and self.sex is None and not (self.pregnant or self.breastfeeding) else ()


def parse_person(text: str) -> Person:
    """What a message says of a person.

    "34 weeks pregnant" is no age, "over 50" is 51, "in her 40s" is 45, "teenager" is 16, "my 6 month old" is
    half a year, "7-12 months" is from 7 on.
    """
    # A height: 5'6.
    text = re.sub(r"\b\d['’′] ?\d{1,2}\b", " ", text)
    text = re.sub(r"(?<=\d) ?[-–] ?(?=\d)", " to ", text).replace("-", " ")
    # "45/F"
    plain = " ".join(word for word in tokens(text) if word != "/")
    pregnant, feeding = _said(_PREGNANT, plain), _said(_FEEDING, plain)
    female, male = bool(_FEMALE.search(plain)), bool(_MALE.search(plain))
    sex: Sex | None = None
    if pregnant or feeding:
        sex = "female"
    elif female != male:
        sex = "female" if female else "male"
    return Person(_age(plain, bool(pregnant)), sex, pregnant, feeding)


def _said(pattern: re.Pattern[str], plain: str) -> bool | None:
    match = pattern.search(plain)
    if not match:
        return None
    return not _NOT.search(plain[: match.start()])


def _age(plain: str, pregnant: bool) -> float | None:
    plain = _PART.sub(_decimal, _digits(plain))
    # Weeks of a pregnancy, weights, doses and times are no ages.
    plain = re.sub(r"\b\d+(?:\.\d+)? ?(?:weeks?|months?|wks?) ?(?:along|pregnant|gone|into)\b", " ", plain)
    if pregnant:
        plain = re.sub(r"\b\d+(?:\.\d+)? (?:weeks?|months?|wks?)\b", " ", plain)
    plain = _RANGE.sub(r"\1\2", _NO_AGE.sub(" ", plain))
    plain = re.sub(
        r"\b\d+(?:\.\d+)? ?(?:mg|mcg|kg|g|lb|lbs|stone|pounds?|am|pm|%|cm|ml|iu|hours?|times|tablets?|pills?)\b",
        " ",
        plain,
    )
    if match := re.search(
        r"\b(\d+(?:\.\d+)?) (?:and a half )?(year|yr|yo|y|month|mo|week|day)s?\b(?: ?/? ?o(?:ld)?\b)?", plain
    ):
        half = 0.5 if "and a half" in match.group(0) else 0.0
        return _plausible((float(match.group(1)) + half) * _UNITS[match.group(2)])
    if match := re.search(r"\b(?:(early|mid|late) )?([2-9]0) ?s\b", plain):
        return float(int(match.group(2)) + {"early": 2, "late": 8}.get(match.group(1) or "", 5))
    if match := re.search(r"\b(?:over|above|past|older than) (?:the age of |age )?(\d{1,3})\b", plain):
        return _plausible(float(match.group(1)) + 1)
    if match := re.search(r"\bbetween (\d{1,2}) (?:and|to) \d{1,2}\b", plain):
        return _plausible(float(match.group(1)))
    for pattern in (
        r"\b(?:i am|im|i m|aged?|is|hes|shes|turning|turned|was|age is|of) (?:about |nearly |almost |now |just )?"
        r"(\d{1,3})\b(?! ?(?:weeks?|months?|/|-))",
        r"\b(?:male|female|man|woman|m|f) ?,? ?(\d{2})\b",
        r"\b(\d{2}) ?(?:, |and )?(?:m|f|male|female|man|woman)\b",
        r"\b(\d{1,2}) (?:,? ?(?:and |, )?)(?:pregnant|breastfeeding|female|male|boy|girl)\b",
        r"^(\d{1,3})$",
    ):
        if match := re.search(pattern, plain):
            return _plausible(float(match.group(1)))
    return next((age for pattern, age in _STAGES if pattern.search(plain)), None)


def _plausible(age: float) -> float | None:
    return age if 0 <= age <= 120 else None


def _decimal(match: re.Match[str]) -> str:
    """1 1/2 as 1.5."""
    whole, part, of = match.groups()
    return f"{int(whole or 0) + int(part) / max(int(of), 1):g}"


def _digits(plain: str) -> str:
    """Number words as digits: "thirty four" is 34."""
    words: list[str] = []
    for word in plain.split():
        if word in _TENS:
            words.append(str(_TENS[word]))
        elif word.endswith("ties") and f"{word[:-3]}y" in _TENS:
            words.append(f"{_TENS[word[:-3] + 'y']} s")
        elif word in _NUMBERS and words and words[-1].isdigit() and int(words[-1]) in _TENS.values() and _NUMBERS[word] < 10:
            words[-1] = str(int(words[-1]) + _NUMBERS[word])
        elif word in _NUMBERS:
            words.append(str(_NUMBERS[word]))
        else:
            words.append(word)
    return " ".join(words)
