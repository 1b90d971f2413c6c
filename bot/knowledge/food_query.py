"""What a message says about food: for each food its words, its states and its amount."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.knowledge.food import STATES
from bot.knowledge.portions import SIZES, UNITS, Amount
from bot.knowledge.tokens import singular, tokens, word_set

NUMBERS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0,
    "eight": 8.0, "nine": 9.0, "ten": 10.0, "twelve": 12.0, "twenty": 20.0, "half": 0.5, "quarter": 0.25, "couple": 2.0,
    "dozen": 12.0, "thirty": 30.0, "fifty": 50.0, "hundred": 100.0, "few": 3.0, "eleven": 11.0, "thirteen": 13.0,
    "fourteen": 14.0, "fifteen": 15.0, "sixteen": 16.0, "seventeen": 17.0, "eighteen": 18.0, "nineteen": 19.0,
    "forty": 40.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
}  # fmt: skip
# Words that end a food's name: grammar, and what people say around a food.
_BREAKS = word_set(
    """
    how much many magnesium mg milligram mcg is are was were be in inside of the there it its this that these
    those what whats which who why when where does do did have has had having i ive im me my we our you your
    he she they his her their and or plus with without vs versus than then also but so if for from to on at by
    as per about like get got give gives contain content level amount value number total today yesterday
    breakfast lunch dinner supper snack morning evening night bedtime day daily week eat ate eaten
    eating drink drank drinking just some any more most less least lot very really can could would should will
    may might must need want know tell please thanks thank hi hello hey ok okay good best better bad high
    higher low lower rich source help helps leg legs restless rls sleep cramp syndrome worse food foods meal
    diet supplement tablet pill capsule medicine drug taking take took taken iron zinc calcium potassium
    sodium vitamin nutrient mineral protein calorie compare compared between up add adding not no yes only
    well too think find out body people person work working time make made use using used feel try trying
    thing stuff same different kind type every each other after before again still even now here all
    both dose brand cause baby babies child woman man pregnant pregnancy doctor pharmacist safe risk symptom
    treatment test blood brain muscle spray lotion bath salt epsom cure pain stop start long often home
    hot cold light hard heavy dark
    """
)
# The words of a question that is about food and nothing else. Any other word makes the message a story, in which
# "back", "extra" and "general" are no foods.
_FRAME = word_set(
    """
    how much many magnesium mg milligram is are was in inside of the there it its this that these those what
    whats which does do did have has had having ive im me my we our and or plus with without vs versus than
    then also but so if for from to on at as per about like get got give contain content level amount value
    number total today yesterday breakfast lunch dinner supper snack morning evening eat ate eaten eating
    drink drank drinking just some any more most less very can could would should will know tell please thank
    hi hello hey ok okay good rich source food diet compare compared between up add adding not no yes only too
    i you same each after before all both find out show look count daily need day
    """
)
# Words that say nothing about which row is meant.
_FILLERS = word_set(
    """
    fresh plain organic ripe ordinary normal regular average standard whole sliced chopped diced grated
    shelled unsalted salted unsweetened sweetened natural homemade leftover nice tasty some big small medium
    large pure peeled cut hot cold little
    """
)
_UNKNOWN = -1.0
_JOINS = frozenset({"and", "or", "vs", "versus", ","})
_ARTICLES = ("a", "an")
_PARTS = ("half", "quarter")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True)
class FoodQuery:
    """One food of a message.

    `words` are its name as singulars; `phrase` also keeps the words that may belong to it ("whole", "fresh");
    `framed` says that the message is about food and little else, so that rare foods may be looked for in it;
    `partly` says that a word nobody knows follows the name ("chicken korma");
    `states` are the ways of preparing it that were asked for, any of them ("raw or cooked" gives two).
    """

    words: tuple[str, ...]
    phrase: tuple[str, ...]
    states: tuple[frozenset[str], ...] = ()
    amount: Amount | None = None
    framed: bool = True
    partly: bool = False


@dataclass
class _Item:
    kind: str  # number, size, unit, of, state, filler, food, join, break
    word: str
    value: float = 0.0


class FoodReader:
    """Finds the foods that a message names.

    Args:
        forms: names of more than one word, as singulars, which are kept whole.
        knows: whether a word is one of a food's; a word that is not ends the name.
        mend: the food word that a misspelt word stands for, or None.
        others: names that hold a food's word and are no food ("milk of magnesia"), as singulars.
    """

    def __init__(
        self,
        forms: frozenset[tuple[str, ...]],
        knows: Callable[[str], bool],
        mend: Callable[[str], str | None],
        others: frozenset[tuple[str, ...]] = frozenset(),
    ) -> None:
        self._forms = forms
        self._others = others
        self._longest = max((len(form) for form in forms | others), default=1)
        self._knows = knows
        self._mend = mend

    def read(self, text: str) -> list[FoodQuery]:
        """The foods of a message in their order; none if it names none."""
        items = self._items(text, 5)
        framed = all(item.kind != "break" or item.word in _FRAME or not item.word[:1].isalpha() for item in items)
        if not framed:
            items = self._items(text, 7)
        return [replace(query, framed=framed) for query in _queries(items)]

    def _items(self, text: str, mend_from: int) -> list[_Item]:
        """A message's words with what each is; misspelt food words of `mend_from` letters or more are mended."""
        raw = tokens(text)[:120]
        words = [self._mended(singular(token), mend_from) for token in raw]
        items: list[_Item] = []
        place = 0
        while place < len(words):
            length = self._form_at(words, place)
            if length:
                name = " ".join(words[place : place + length])
                kind = "break" if tuple(words[place : place + length]) in self._others else "food"
                items.append(_Item(kind, name))
                place += length
                continue
            items.append(self._label(words, raw, place))
            two = " ".join(words[place : place + 2])
            if two in ("fl oz", "extra large"):
                items[-1] = _Item("size" if two in SIZES else "unit", two)
                place += 1
            place += 1
        return items

    def _form_at(self, words: list[str], place: int) -> int:
        for length in range(min(self._longest, len(words) - place), 0, -1):
            form = tuple(words[place : place + length])
            if form in self._others:
                return length
            if form in self._forms and not (length == 1 and (form[0] in STATES or form[0] in _BREAKS)):
                return length
        return 0

    def _mended(self, word: str, mend_from: int) -> str:
        if (
            not word.isalpha()
            or len(word) < mend_from
            or word in _BREAKS
            or word in STATES
            or word in UNITS
            or self._knows(word)
        ):
            return word
        return self._mend(word) or word

    def _label(self, words: list[str], raw: list[str], place: int) -> _Item:
        word, before = words[place], words[place - 1] if place else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        if word[0].isdigit():
            if word.endswith("%"):
                return _Item("filler", word)
            try:
                return _Item("number", word, float(Fraction(word)))
            except (ValueError, ZeroDivisionError):
                return _Item("break", word)
        if word in NUMBERS:
            return _Item("number", word, NUMBERS[word])
        if word in SIZES:
            return _Item("size", word)
        if word in UNITS and self._is_unit(word, before, after):
            return _Item("unit", UNITS[word])
        if word == "of" and before in (*UNITS, "couple", "few", "half", "quarter", "dozen"):
            return _Item("of", word)
        if word in _JOINS:
            return _Item("join", word)
        if word in STATES:
            return _Item("state", STATES[word])
        if word in _FILLERS:
            return _Item("filler", word)
        if word in _BREAKS or raw[place] in _BREAKS or not word.isalpha():
            return _Item("break", word)
        if not self._knows(word):
            return _Item("break", word, _UNKNOWN)
        return _Item("food", word)

    @staticmethod
    def _is_unit(word: str, before: str, after: str) -> bool:
        # "can I eat" is no tin, and "g" alone is no gram.
        counted = before in NUMBERS or before in SIZES or before[:1].isdigit() or before in ("per", "full")
        if word in (
            "can",
            "l",
            "g",
            "pound",
            "pot",
            "bar",
            "head",
            "square",
            "box",
            "block",
            "stick",
            "breast",
            "each",
        ):
            return counted or (after == "of" and word not in ("each", "l", "g"))
        return True


def _queries(items: list[_Item]) -> Iterator[FoodQuery]:
    found: list[tuple[FoodQuery, int]] = []
    waiting: list[frozenset[str]] = []
    place = 0
    while place < len(items):
        if items[place].kind not in ("food", "state", "filler"):
            place += 1
            continue
        start = place
        while place < len(items) and items[place].kind in ("food", "state", "filler"):
            place += 1
        run = items[start:place]
        states = frozenset(item.word for item in run if item.kind == "state")
        words = tuple(word for item in run if item.kind == "food" for word in item.word.split())
        if not words:
            # "spinach raw or cooked", "raw or cooked spinach": the state belongs to the food beside it.
            joined = start > 0 and items[start - 1].kind == "join"
            if states and found and (joined or not found[-1][0].states):
                query, end = found[-1]
                if start - end <= 1 or not query.states:
                    found[-1] = (replace(query, states=(*query.states, states)), place)
            elif states and place < len(items) and items[place].kind == "join":
                waiting.append(states)
            continue
        phrase = tuple(word for item in run for word in item.word.split())
        partly = place < len(items) and items[place].value == _UNKNOWN and items[place].word not in _FRAME
        amount, used = _amount_before(items, start)
        if not used:
            amount, place = _amount_after(items, place)
        asked = (*waiting, *((states,) if states else ()))
        waiting = []
        found.append((FoodQuery(words, phrase, asked, amount, partly=partly), place))
    yield from (query for query, _ in found)


def _amount_before(items: list[_Item], start: int) -> tuple[Amount | None, bool]:
    place = start - 1
    unit = size = None
    if place >= 0 and items[place].kind == "of":
        place -= 1
    if place >= 0 and items[place].kind == "unit":
        unit = items[place].word
        place -= 1
    if place >= 0 and items[place].kind == "size":
        size = items[place].word
        place -= 1
    if place >= 1 and items[place].kind == "of":
        place -= 1
    count = _count(items, place)
    if unit is None and count is None and size is None:
        return None, False
    return Amount(1.0 if count is None else count, unit, size if unit is None else None), True


def _count(items: list[_Item], place: int) -> float | None:
    """The number that ends at a place: "half a", "1 1/2", "two and a half", "three quarters of a", "two hundred"; or None."""
    count: float | None = None
    said: list[str] = []
    joined = False
    while place >= 0 and items[place].kind == "number":
        more = items[place].value if count is None else _joined(items[place], count, said[0], joined)
        if more is None:
            break
        count = more
        said.insert(0, items[place].word)
        place -= 1
        before = items[place - 1].word if place else ""
        if place and items[place].kind == "of" and said[0] in _ARTICLES and before in _PARTS:
            place -= 1
        joined = bool(place) and items[place].word == "and" and (before == "hundred" or (count < 1 and _is_part(said[-1])))
        if joined:
            place -= 1
    return count


def _joined(item: _Item, count: float, after: str, joined: bool) -> float | None:
    """A number with the one before it; None if they are two numbers. `after` is the word between them."""
    value, word = item.value, item.word
    if word in _ARTICLES:
        return count
    if word == "hundred" and count < 100:
        return count + 100
    if joined:
        return count + value if value >= 1 else None
    if after == "hundred" and 1 <= value < 10:
        return count + 100 * (value - 1)
    if value < 1 or after in _PARTS or after == "dozen":
        return count * value
    if "/" in after or (word in _TENS and 1 <= count < 10 and after in NUMBERS and after not in _ARTICLES):
        return count + value
    return None


def _is_part(word: str) -> bool:
    return word in _PARTS or "/" in word


def _amount_after(items: list[_Item], place: int) -> tuple[Amount | None, int]:
    """An amount that follows its food: "oats 40g, banana", "spinach (1 cup)"."""
    at = place
    if at < len(items) and items[at].kind in ("join", "break") and items[at].word in (",", "(", ":", "-"):
        at += 1
    if at + 1 >= len(items) or items[at].kind != "number" or items[at + 1].kind != "unit":
        return None, place
    following = items[at + 2] if at + 2 < len(items) else None
    if following is not None and following.kind in ("of", "food", "state"):
        return None, place
    return Amount(items[at].value, items[at + 1].word), at + 2
