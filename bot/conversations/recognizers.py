"""What finds identifiers in a message: patterns of six countries and words that announce one, as recognizers for Presidio."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, IbanRecognizer, IpRecognizer

from bot.conversations.words import Words

NAME, EMAIL, PHONE, ADDRESS, POSTCODE = "NAME", "EMAIL", "PHONE", "ADDRESS", "POSTCODE"
HEALTH, NUMBER, BIRTH, LINK, PAYMENT, HANDLE = "HEALTH_NUMBER", "NUMBER", "BIRTH_DATE", "LINK", "PAYMENT", "HANDLE"

# What follows an amount: "150 mcg" is no part of a number, "10000 iu" no postcode.
UNIT = (
    r"(?:mgs?|mcgs?|µg|ug|g|grams?|kg|lbs?|oz|mls?|l|iu|units?|%|percent|mmol|ng|nmol|pmol|ppm|cal|kcal|calories|steps|hours?|hrs?|h|"
    r"minutes?|mins?|days?|weeks?|wks?|months?|years?|yrs?|yo|times?|x|tabs?|tablets?|pills?|caps?|capsules?|cups?|drops?|people|patients)"
)
_NO_UNIT = rf"(?!\s*{UNIT}\b)(?![\d])"

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?)"
)
_DAY, _OLD_YEAR = r"(?:[0-3]?\d(?:st|nd|rd|th)?)", r"(?:19\d\d|200\d|201[0-5])"
_ANY_YEAR = r"(?:(?:19|20)\d\d|\d\d)"
_SEP = r"\s?[/.\-\s]\s?"
_DATE = (
    rf"(?:{_DAY}{_SEP}{_DAY}{_SEP}{_ANY_YEAR}|(?:19|20)\d\d{_SEP}{_DAY}{_SEP}{_DAY}|"
    rf"{_DAY}(?:\s+of)?[\s\-]+{_MONTH}\.?,?[\s\-]+{_ANY_YEAR}|{_MONTH}\.?[\s\-]+{_DAY},?[\s\-]+{_ANY_YEAR}|"
    rf"{_DAY}(?:\s+of)?[\s\-]+{_MONTH}\b|{_MONTH}[\s\-]+{_DAY}\b)"
)

_PATTERNS: dict[str, tuple[str, ...]] = {
    EMAIL: (
        r"(?<![\w.+%\-])[\w.+%\-]{1,64}\s?@\s?[\w\-]{1,63}(?:\s?\.\s?[a-z][\w\-]{0,62}){1,5}",
        r"(?<![\w.+%\-])[\w.+%\-]{1,64}@[\w\-]{3,63}",
        r"(?<![\w.+%\-])[\w.+%\-]{1,64}\s{0,3}[\[(]?\s{0,3}\bat\b\s{0,3}[\])]?\s{0,3}[\w\-]{1,63}\s{0,3}[\[(]?\s{0,3}\bdot\b\s*[\])]?\s*(?:com|ca|org|net|uk|ie|au|nz|co|edu|gov)\b"
        r"(?:\s*dot\s*\w{2,3}\b)?",
        r"(?<![\w.+%\-])[\w.+%\-]{3,64}\s{1,3}at\s{1,3}(?:gmail|hotmail|outlook|yahoo|icloud|live|btinternet|bigpond|xtra|rogers|sympatico)\b(?:[\s.]*(?:dot)?\s*com\b)?",
    ),
    HANDLE: (
        r"(?<![\w.@])@[a-z_][\w.]{2,}",
        r"\b(?:insta(?:gram)?|twitter|snapchat|snap|tiktok|telegram|skype|whatsapp)(?:\s+(?:is|name|handle|id|user|username))*\s*[:=\-]?\s*(?=\S*[\d_])[\w.]{4,}",
    ),
    PHONE: (
        # With the country's code.
        rf"(?<![\w+])\+\s?\d{{1,3}}[\s.\-]?(?:\(0?\d{{0,4}}\)[\s.\-]?)?\d(?:[\s.\-]?\d){{5,11}}{_NO_UNIT}",
        rf"(?<!\w)00(?:1|44|353|61|64)[\s.\-]?\d(?:[\s.\-]?\d){{6,10}}{_NO_UNIT}",
        # North America.
        rf"(?<![\w.])(?:1[\s.\-]?)?\(?[2-9]\d\d\)?[\s.\-]{{0,2}}\d{{3}}[\s.\-]{{0,2}}\d{{4}}{_NO_UNIT}",
        rf"(?<![\w.\-])[2-9]\d\d[.\-]\d{{4}}{_NO_UNIT}",
        # The United Kingdom, Ireland, Australia and New Zealand.
        rf"(?<![\w.])\(?0\d(?:[\s.\-]?\d){{0,4}}\)?(?:[\s.\-]?\d){{5,9}}{_NO_UNIT}",
        r"\b(?:call|ring|text|phone|ph|tel|telephone|cell|mob|mobile|number|whatsapp|fax)(?:\s+(?:me|is|no|on|at|us|number|num|him|her|my|it))*\s*[:.#]?\s*"
        rf"(\+?\(?\d[\d\s().\-]{{5,18}}\d){_NO_UNIT}",
    ),
    POSTCODE: (
        r"\b[abceghj-nprstvxy]\d[abceghj-nprstv-z][\s\-]?\d[abceghj-nprstv-z]\d\b",
        r"\b(?:[a-pr-uwyz][a-hk-y]?\d[\da-hjkpstuw]?)\s?\d(?!(?:st|nd|rd|th|hr|tb|x)\b)[abd-hjlnp-uw-z]{2}\b",
        r"\b(?:d6w|[acdefhknprtvwxy]\d\d)\s?(?=[\dacdefhknprtvwxy]*[acdefhknprtvwxy])(?!\d+[a-z]\b)[\dacdefhknprtvwxy]{4}\b",
        r"\b(?:al|ak|az|ar|ca|co|ct|de|fl|ga|hi|ia|id|il|in|ks|ky|la|ma|md|me|mi|mn|mo|ms|mt|nc|nd|ne|nh|nj|nm|nv|ny|oh|ok|or|pa|ri|sc|sd|tn|"
        rf"tx|ut|va|vt|wa|wi|wv|wy|texas|florida|california|ohio|york|jersey|georgia|illinois),?\s+\d{{5}}(?:-\d{{4}})?{_NO_UNIT}",
        r"\b(?:nsw|vic|qld|tas|act|nt|sa|wa|auckland|wellington|christchurch|hamilton|dunedin|sydney|melbourne|brisbane|perth|adelaide|"
        rf"hobart|darwin|canberra),?\s+\d{{4}}{_NO_UNIT}",
        r"\b(?:zip|zip\s?code|post\s?code|postal\s?code|eircode)(?:\s+(?:is|of))?\s*[:=\-]?\s*([a-z\d]{2,5}[\s\-]?[a-z\d]{0,4})\b",
        r"(?<![\w\-])\d{5}-\d{4}\b",
    ),
    HEALTH: (
        # Ontario, Québec; three threes (SIN, TFN), the US's social security and Medicare numbers.
        rf"\b\d{{4}}[\s\-]\d{{3}}[\s\-]\d{{3}}(?:[\s\-]?[a-z]{{2}})?{_NO_UNIT}",
        r"\b\d{10}[\s\-]?(?!(?:mg|ml|iu)\b)[a-z]{2}\b",
        r"\b(?!card|visa|call|text|ring|cell|took|take|with|from)[a-z]{4}[\s\-]?\d{4}[\s\-]?\d{4}\b",
        rf"(?<![\d.])\d{{3}}([\s\-])\d{{3}}\1\d{{3}}{_NO_UNIT}",
        rf"(?<![\d.])\d{{3}}[\s\-]\d\d[\s\-]\d{{4}}{_NO_UNIT}",
        r"\b\d[ac-hj-km-np-rt-y][\dac-hj-km-np-rt-y]\d[\s\-]?[ac-hj-km-np-rt-y][\dac-hj-km-np-rt-y]\d[\s\-]?[ac-hj-km-np-rt-y]{2}\d{2}\b",
        # NHS, Medicare of Australia, national insurance, PPS, NHI.
        rf"(?<![\d.])\d{{3}}[\s\-]\d{{3}}[\s\-]\d{{4}}{_NO_UNIT}",
        rf"(?<![\d.])\d{{4}}[\s\-]\d{{5}}[\s\-]\d(?:[\s\-/]\d)?{_NO_UNIT}",
        r"\b[a-ceghj-prstw-z][a-ceghj-nprstw-z]\s?\d\d\s?\d\d\s?\d\d\s?[a-d]\b",
        r"\b\d{7}\s?(?!(?:mg|ml|iu|kg|g|l|h|x)\b)[a-w][abhi-w]?\b",
        r"\b[a-hj-np-z]{3}\s?(?!\d{4}\s*(?:mg|iu|mcg)\b)\d{4}\b(?=.{0,3}$|[.,;)])",
        r"\b[a-hj-np-z]{3}\d{2}[a-z]{2}\b",
    ),
    NUMBER: (
        # Words that announce one. An amount is none.
        r"\b(?:member(?:ship)?|policy|group|insurance|insured|plan|health\s?card|healthcard|ohip|phn|hcn|ramq|msp|medicare|medicaid|nhs|nhi|ihi|"
        r"ppsn?|gms|chi|sin|ssn|tfn|ni|nino|mrn|hospital|patient|chart|file|record|reference|ref|case|claim|licen[cs]e|dl|passport|prescription|"
        r"rx|card|account|acct|acc|customer|client|employee|student|order|booking|dva|bsb|routing|sort\s?code|health|social(?:\s+security|\s+insurance)?)"
        r"(?:[\s#:.\-=]|\b(?:card|id|no|nr|num|numbers?|nbr|is|code|the|my|of|insurance|security|are|its|it's)\b){0,8}[\s#:.=\-]{1,4}"
        # Letters behind a space belong to it only where they are a word of their own: "44719 AB", not "44719 says".
        r"((?=[a-z\-\s/]{0,6}\d)(?:[a-z]{0,5}[\s\-]?)?\d[\d\-\s/]{2,20}(?:(?<=\s)[a-z]{1,2}\d?(?!\w)|(?<!\s)[a-z]{0,2}\d?)|"
        rf"[a-z]{{1,5}}\d[\da-z\-]{{3,16}}){_NO_UNIT}",
        rf"(?<![\d.,])\d{{7,}}{_NO_UNIT}",
        r"\b[a-z]{1,4}[\-]?\d{6,}[a-z]?\b",
    ),
    BIRTH: (
        rf"\b(?:d\.?o\.?b\.?|born|birth|birthday|birthdate|bday|b-day)\b[^\d\n]{{0,18}}?({_DATE})",
        rf"(?<![\d/.\-]){_DAY}\s?[/.\-]\s?{_DAY}\s?[/.\-]\s?{_OLD_YEAR}\b",
        rf"(?<![\d/.\-]){_OLD_YEAR}[/.\-]{_DAY}[/.\-]{_DAY}\b",
        rf"(?<![\d/.\-]){_DAY}/{_DAY}/[3-9]\d\b",
        rf"\b{_DAY}(?:\s+of)?[\s\-]+{_MONTH}\.?,?[\s\-]+{_OLD_YEAR}\b",
        rf"\b{_MONTH}\.?[\s\-]+{_DAY},?[\s\-]+{_OLD_YEAR}\b",
        rf"\b({_DATE})(?=\s+(?:is|was)\s+(?:my|his|her)\s+(?:birth|dob|b-?day))",
    ),
    LINK: (
        r"\b(?:https?://|www\.)(?=[^\s<>\"']{0,500}(?:[?@#=~]|/[^\s<>\"'/]{0,80}\d{3}|/(?=[a-z\-]{0,40}\d)[\w\-]{12}))[^\s<>\"']+",
        r"\b(?:https?://)?(?:www\.|m\.)?(?:facebook|fb|instagram|linkedin|twitter|x|tiktok|t|wa|paypal|venmo|zoom|calendly|mychart|discord|youtu|"
        r"bit|goo|tinyurl)\.(?:com|me|gg|be|ly|gl|us|org)/[^\s<>\"']+",
        r"(?<![\w.\-])[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,5}/(?=[^\s<>\"']{0,200}(?:[?=]|\d{4}))[^\s<>\"']+",
    ),
    PAYMENT: (
        r"\b\d{4}[\s\-]\d{4}[\s\-]\d{4}[\s\-]\d{1,7}\b",
        r"\b\d{4}[\s\-]\d{6}[\s\-]\d{5}\b",
        r"\b(?:cvv|cvc|cvv2|security\s?code|pin)(?:\s+(?:is|code|number))*\s*[:=]?\s*(\d{3,4})\b",
        r"\b(?:exp(?:iry|ires|iration)?|valid)(?:\s+(?:date|is|thru|on|through))*\s*[:=]?\s*((?:0?[1-9]|1[0-2])\s?/\s?(?:20)?\d\d)\b",
        r"\b\d\d-\d\d-\d\d(?=\D{1,20}\d{8}\b)",
        r"\b[a-z]{2}\d{2}(?:\s?[a-z\d]{4}){3,7}(?:\s?[a-z\d]{1,3})?\b",
    ),
    ADDRESS: (
        r"\b(?:p\.?\s?o\.?|post\s?office)\s?box\s+\d+\b",
        r"\b(?:apt|apartment|unit|suite|flat|rm|room)\s?#?\s?\d{1,5}[a-z]?\b(?=,|\s+(?:at\s+)?\d|\s*$)",
    ),
}

_SCORE = 0.9
_IGNORE_CASE = re.IGNORECASE


def recognizers(words: Words) -> list[EntityRecognizer]:
    """Every recognizer but the one for what spaCy finds."""
    cards = CreditCardRecognizer(supported_entity=PAYMENT)
    return [
        *(Announced(kind, patterns) for kind, patterns in _PATTERNS.items()),
        cards,
        IbanRecognizer(supported_entity=PAYMENT),
        IpRecognizer(supported_entity=LINK),
        Streets(words),
        People(words),
    ]


class Announced(EntityRecognizer):
    """Patterns; where one has a group that is not a back-reference's, the group is the identifier and the rest announces it."""

    def __init__(self, kind: str, patterns: Iterable[str]) -> None:
        self._patterns = [re.compile(pattern, _IGNORE_CASE) for pattern in patterns]
        super().__init__(supported_entities=[kind], name=f"announced {kind}")

    def load(self) -> None:
        """Nothing is loaded."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None) -> list[RecognizerResult]:
        """Every place that a pattern finds."""
        return [
            RecognizerResult(self.supported_entities[0], *_span(match), _SCORE)
            for pattern in self._patterns
            for match in pattern.finditer(text)
        ]


class Streets(EntityRecognizer):
    """A house's number, the name of its street and what kind of street it is."""

    _KINDS = (
        r"(?:street|str|st|road|rd|avenue|ave|av|drive|dr|lane|ln|boulevard|blvd|way|court|crt|ct|crescent|cres|cr|close|place|pl|"
        r"terrace|terr|tce|square|sq|highway|hwy|parade|pde|grove|gardens|gdns|mews|circle|cir|trail|trl|parkway|pkwy|esplanade|quay|"
        r"heights|rise|row|walk|hill|park|line|sideroad|concession|circuit|cct|loop|alley|vale|view|green|common|gate|wharf|strand)"
    )
    _STREET = re.compile(
        r"(?<![\w.,/\-])(?:(?:apt|apartment|unit|suite|flat|house)\.?\s?#?\s?\d{0,5}[a-z]?[\s,/\-]+)?#?\d{1,5}[a-z]?(?:\s?[/\-]\s?\d{1,5}[a-z]?)?,?\s+"
        rf"((?:[a-z][\w.'’\-]*\s+){{1,3}}?){_KINDS}\b\.?(?:\s+(?:east|west|north|south|e|w|n|s|ne|nw|se|sw)\b)?"
        r"(?:,?\s+(?:apt|apartment|unit|suite|flat|#)\s?#?\s?\d{1,5}[a-z]?)?",
        _IGNORE_CASE,
    )
    _THE_STREET = re.compile(
        r"^\S+ the (?:crescent|close|avenue|grove|green|mews|lane|square|terrace|quay|strand|esplanade|parade)\b", _IGNORE_CASE
    )
    # A street that is named without a house.
    _ON_STREET = re.compile(
        r"\b(?:live|lives|living|based|located|house|home|address|moved)\s+(?:is\s+)?(?:at|on|off|in|near|to)\s+((?:[a-z][\w'’\-]*\s+){1,3}?)"
        r"(?:street|st|road|rd|avenue|ave|drive|lane|ln|boulevard|blvd|court|crescent|close|place|terrace|square|parade|grove)\b",
        _IGNORE_CASE,
    )

    def __init__(self, words: Words) -> None:
        self._words = words
        super().__init__(supported_entities=[ADDRESS], name="streets")

    def load(self) -> None:
        """Nothing is loaded."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None) -> list[RecognizerResult]:
        """Every address."""
        found = []
        for match in self._STREET.finditer(text):
            named = match.group(1).casefold().split()
            if named and (not set(named) & self._words.listed["no_streets"] or self._THE_STREET.search(match.group())):
                found.append(RecognizerResult(ADDRESS, *match.span(), _SCORE))
        for match in self._ON_STREET.finditer(text):
            if not set(match.group(1).casefold().split()) & self._words.listed["no_streets"]:
                found.append(RecognizerResult(ADDRESS, match.start(1), match.end(), _SCORE))
        return found


class People(EntityRecognizer):
    """Names: announced ones, given names, and those that spaCy finds where they are not words of another kind."""

    _WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
    # Whoever writes says a name.
    _SURE = re.compile(
        r"\b(?:my|his|her|their|the|patient'?s?|full|first|last|sur|maiden|user)?\s*names?(?:'s|\s+is|\s+was|\s*[:=])\s*|"
        r"\b(?:i'?m|i am|we are|he'?s|she'?s|is|was|i'?m|am)\s+(?:called|named)\s+|"
        r"\b(?:call me|signed|sincerely|yours truly|regards|best wishes)(?:\s+by)?[\s,\-–:]{1,5}|"
        r"\b(?:cheers|thanks|thank you|thx|ta|love|from|xoxo)\s*[,\-–\n]\s*|"
        r"\b(?:surname|forename|first name|last name)\s*(?:is|:|=)?\s*",
        _IGNORE_CASE,
    )
    _TITLE = re.compile(
        r"\b(?:dr|doctor|mr|mrs|ms|miss|mx|prof|professor|nurse|sister|sir|dame|rev|father|dra)\b\.?\s+", _IGNORE_CASE
    )
    _KIN = re.compile(
        r"\b(?:my|our|his|her)\s+(?:\w+\s+)?(?:husband|wife|partner|boyfriend|girlfriend|son|daughter|brother|sister|mother|mum|mom|dad|father|"
        r"friend|mate|uncle|aunt|auntie|aunty|cousin|neighbou?r|nan|gran|grandma|grandmother|grandpa|grandfather|niece|nephew|baby|kid|"
        r"boss|colleague|therapist|neurologist|specialist|physio|midwife|pharmacist|doctor|gp|nurse|carer|consultant)"
        r"(?:\s+(?:is|was)\s+(?:called|named)|\s*,|'s\s+name\s+is|\s+named|\s+called)?\s+",
        _IGNORE_CASE,
    )
    _HERE = re.compile(
        r"^\W*(?:hi|hello|hey|hiya|good \w+)?[\s,]*(?:it'?s|this is|its|i'?m|i am|im)?\s*([^\W\d_]+(?:\s+[^\W\d_]+)?)\s+here\b",
        _IGNORE_CASE,
    )
    _EXPECTED = re.compile(
        r"\b(?:i'?m|i am|this is|it'?s|its|patient|ask|asked|told by|seen by|saw|from|with|and|for|hi|hello|hey|dear)\s$",
        _IGNORE_CASE,
    )
    _ADJECTIVE = re.compile(
        r"(?:ic|al|ar|ous|ed|ing|ive|less|ish|ant|ent|ist|iac|tic|ful|able|ible|oid|sis|tion|ness|itis|ia|ine|one|ole|pam|in|ium|ate|ide)$"
    )

    def __init__(self, words: Words) -> None:
        self._words = words
        super().__init__(supported_entities=[NAME], name="people")

    def load(self) -> None:
        """Nothing is loaded."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None) -> list[RecognizerResult]:
        """Every name."""
        spans = [*self._announced(text), *self._given(text), *self._unknown(text), *self._recognised(nlp_artifacts)]
        return [RecognizerResult(NAME, start, end, _SCORE) for start, end in spans if end > start]

    def _announced(self, text: str) -> Iterator[tuple[int, int]]:
        for match in self._SURE.finditer(text):
            yield self._run(text, match.end(), sure=True)
        for match in self._TITLE.finditer(text):
            yield self._run(text, match.end(), titled=True)
        for match in self._KIN.finditer(text):
            yield self._run(text, match.end())
        here = self._HERE.match(text)
        if here:
            yield self._run(text, here.start(1))

    def _run(self, text: str, start: int, sure: bool = False, titled: bool = False, most: int = 3) -> tuple[int, int]:
        """The words from here that are a name.

        Args:
            sure: something says that it is one, so that an everyday word may be one too.
            titled: a title stands before it, so that a surname may come first.
        """
        end = start
        for count in range(most):
            match = self._WORD.match(text, end if not count else end + _gap(text, end))
            if not match or (count and match.start() == end):
                break
            word = match.group()
            plain = word.casefold()
            if plain in self._words.listed["no_names"]:
                break
            if self._words.is_surname(word) and (count or titled or word[0].isupper()):
                end = match.end()
                continue
            if self._words.is_medical(word):
                break
            if count and word[0].isupper() and text[start].isupper():
                end = match.end()
                continue
            if self._words.is_common(word) and not self._words.may_be_given_name(word):
                # "My name is Young" announces it; "Dr said" does not.
                if not (sure and not count and word[0].isupper()):
                    break
            elif self._words.is_common(word) and not sure and word.islower() and not count:
                break
            end = match.end()
        return start, end

    def _given(self, text: str) -> Iterator[tuple[int, int]]:
        for match in self._WORD.finditer(text):
            word = match.group()
            if self._words.is_given_name(word):
                start, end = self._run(text, match.start())
                yield start, max(end, match.end())

    def _unknown(self, text: str) -> Iterator[tuple[int, int]]:
        """Words that are neither English nor a slip of it: two side by side, or one where a name is expected."""
        found = list(self._WORD.finditer(text))
        strange = [not self._known(match.group()) for match in found]
        # Beside a strange word, one that is only near an everyday word is more likely a name than a slip.
        doubtful = [len(match.group()) > 3 and not self._words.is_no_name(match.group()) for match in found]
        if len(found) > 4 and sum(strange) > len(found) / 2:
            # Another language.
            return
        number = 0
        while number < len(found):
            last = number
            while last < len(found) and (
                strange[last]
                or doubtful[last]
                or (last > number and found[last].group().casefold() in self._words.listed["particles"])
            ):
                if last > number and found[last].start() - found[last - 1].end() > 1:
                    break
                last += 1
            while last > number and not (strange[last - 1] or doubtful[last - 1]):
                last -= 1
            if not any(strange[number:last]):
                number = max(last, number + 1)
                continue
            expected = last > number and self._EXPECTED.search(text, max(0, found[number].start() - 20), found[number].start())
            if last - number > 1 or (expected and not self._ADJECTIVE.search(found[number].group())):
                yield found[number].start(), found[last - 1].end()
            number = max(last, number + 1)

    def _known(self, word: str) -> bool:
        return len(word) < 3 or (word.isupper() and len(word) < 6) or self._words.is_near_known(word)

    def _recognised(self, artifacts: NlpArtifacts | None) -> Iterator[tuple[int, int]]:
        for entity in artifacts.entities if artifacts else ():
            if entity.label_ != "PERSON":
                continue
            tokens = [token for token in entity if token.is_alpha or "-" in token.text or "'" in token.text]
            while tokens and self._is_none(tokens[0]):
                tokens.pop(0)
            while tokens and self._is_none(tokens[-1]) and not (len(tokens) > 1 and self._words.is_surname(tokens[-1].text)):
                tokens.pop()
            if tokens:
                yield tokens[0].idx, tokens[-1].idx + len(tokens[-1])

    def _is_none(self, token: Any) -> bool:
        if self._words.is_medical(token.text):
            return True
        # "Will" and "Mark" are names where spaCy says so and they are written as such.
        named = self._words.may_be_given_name(token.text) and token.text[0].isupper() and token.i > 0
        return self._words.is_common(token.text) and not named


def _span(match: re.Match[str]) -> tuple[int, int]:
    group = next((number for number, found in enumerate(match.groups(), 1) if found and len(found) > 1), 0)
    return match.span(group)


def _gap(text: str, end: int) -> int:
    """How many characters stand between two words of one name: a space, or none where it ends here."""
    return 1 if text[end : end + 1] == " " else 0
