"""Magnesium in foods: what a message asks about, by portion and per 100 g."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.everyday import Everyday, Synonyms, load_synonyms
from bot.knowledge.food import NEAR_STATES, STATES, Food, load_foods
from bot.knowledge.food_index import FoodIndex, Hit
from bot.knowledge.food_query import FoodQuery, FoodReader
from bot.knowledge.portions import Portion, number_text, read_amount, usda_portion, usual, weigh
from bot.knowledge.tokens import singulars, word_set

# The daily need (RDA) of adult men and women over 30, in mg; see knowledge/intake.csv.
MEN_MG, WOMEN_MG = 420.0, 320.0
# The id of the data in knowledge/sources.yml.
SOURCE = "usda-fdc"
_SURE = 0.55
_FITS = 0.25


# Words that make another food of the word before them.
_COMPOUNDS = word_set(
    "milk butter oil juice bread cake flour soup cream cheese yoghurt yogurt tea jam sauce pie powder biscuit"
)


class UnknownFood(LookupError):
    """No food with a magnesium value has this id."""


@dataclass(frozen=True)
class Share:
    """A part of the daily need, where 1 is all of it: for a need of 420 mg (men) and of 320 mg (women)."""

    of_420: float
    of_320: float

    @classmethod
    def of(cls, mg: float) -> Share:
        return cls(round(mg / MEN_MG, 3), round(mg / WOMEN_MG, 3))


@dataclass(frozen=True)
class FoodAmount:
    """A portion of a food and the magnesium in it.

    `mg_per_100g` is USDA's value, `mg` that of the portion; `grams` is the portion's weight. `alternatives` are other
    rows that may be meant, as (id, description). `sure` is False where the food or its amount had to be guessed.
    """

    fdc_id: int
    description: str
    name: str
    state: str
    mg_per_100g: float
    portion: str
    grams: float
    mg: float
    alternatives: tuple[tuple[int, str], ...] = ()
    sure: bool = True

    @property
    def share(self) -> Share:
        return Share.of(self.mg)

    @property
    def lookup(self) -> dict[str, object]:
        """What `rls ask --json` shows."""
        return {
            "type": "food", "fdc_id": self.fdc_id, "description": self.description,
            "mg_per_100g": self.mg_per_100g, "portion": self.portion, "mg": self.mg,
        }  # fmt: skip


@dataclass(frozen=True)
class Total:
    """Several foods added up (mg), and whether each of them was sure."""

    mg: float
    items: tuple[FoodAmount, ...]
    sure: bool

    @property
    def share(self) -> Share:
        return Share.of(self.mg)


class Foods:
    """The food tables, indexed in memory."""

    def __init__(self, foods: Mapping[int, Food], synonyms: Synonyms) -> None:
        self._foods = foods
        self._synonyms = synonyms
        self._index = FoodIndex(foods.values())
        formed = {word for form in synonyms.forms for word in form}
        self._known = {*formed, *synonyms.words}
        self._form_words = _by_letter(word for word in formed if len(word) > 3 and word not in STATES)
        self._names = _by_letter(word for word in self._index.heads if len(word) > 4)
        self._reader = FoodReader(
            frozenset(synonyms.forms),
            self._knows,
            lru_cache(maxsize=4096)(self._mend),
            synonyms.ordinary,
        )
        self._of_row: dict[int, tuple[Everyday, str]] = {}
        for entry in synonyms.foods.values():
            for state, row in entry.rows.items():
                self._of_row.setdefault(row, (entry, state))

    @classmethod
    def load(cls, folder: Path) -> Foods:
        """Read foods.csv, portions.csv and synonyms.yml of a folder.

        Raises:
            KnowledgeError: a file can't be used; says which, where and how to mend it.
        """
        foods = load_foods(folder)
        path = folder / "synonyms.yml"
        loaded = cls(foods, load_synonyms(path, foods))
        for entry in loaded._synonyms.foods.values():
            for state in entry.rows:
                try:
                    loaded._usual(entry, state)
                except ValueError as error:
                    raise KnowledgeError(
                        path, entry.line, f"'{entry.name}': {error}", "mend its portion or add a size"
                    ) from None
        return loaded

    def find(self, text: str) -> list[FoodAmount]:
        """The foods that a message names, each with its amount; empty where it names none.

        Where the state changes the answer and was not said (spinach), the food comes twice, most usual state first.
        """
        found: list[FoodAmount] = []
        for query in self._reader.read(text):
            for amount in self._answer(query):
                if query.partly:
                    amount = replace(amount, sure=False)
                if all((amount.fdc_id, amount.portion) != (other.fdc_id, other.portion) for other in found):
                    found.append(amount)
        return found

    def amount(self, fdc_id: int, portion: str | None = None) -> FoodAmount:
        """One row by its id, for a portion such as "1 cup" (default: its usual one).

        Raises:
            UnknownFood: no row with a value has this id.
            ValueError: the portion is not an amount that this food can be weighed by.
        """
        if fdc_id not in self._foods:
            raise UnknownFood(fdc_id)
        food = self._foods[fdc_id]
        entry, state = self._of_row.get(fdc_id, (None, food.state))
        if portion is None:
            return self._usual(entry, state) if entry else self._made(food, usual(food))
        weighed = self._weighed(food, entry, portion)
        return self._made(food, weighed, entry, state)

    def rank(self, group: str | None = None, limit: int = 10) -> list[FoodAmount]:
        """Everyday foods by the magnesium in their usual portion, most first.

        Args:
            group: one of `groups`; None is all of them.

        Raises:
            ValueError: there is no such group.
        """
        if group is not None and group not in self.groups:
            raise ValueError(f"no food group {group!r}; there are {', '.join(self.groups)}")
        ranked = [
            self._usual(entry, next(iter(entry.rows)))
            for entry in self._synonyms.foods.values()
            if entry.group and (group is None or entry.group == group)
        ]
        return sorted(ranked, key=lambda food: (-food.mg, food.name))[:limit]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that `rank` takes, in the file's order."""
        return tuple(dict.fromkeys(entry.group for entry in self._synonyms.foods.values() if entry.group))

    def total(self, amounts: Iterable[FoodAmount]) -> Total:
        """Foods added up; of a food that came in two states only the first, more usual one counts.

        Two portions of one food ("a cup of milk, and later half a cup of milk") both count.
        """
        items: list[FoodAmount] = []
        for amount in amounts:
            same = [item for item in items if item.name == amount.name]
            if all(item.fdc_id == amount.fdc_id and item.portion != amount.portion for item in same):
                items.append(amount)
        return Total(round(sum(item.mg for item in items), 1), tuple(items), all(item.sure for item in items))

    def _knows(self, word: str) -> bool:
        return word in self._known or self._index.knows(word)

    def _mend(self, word: str) -> str | None:
        if (word,) in self._synonyms.ordinary:
            return None
        # One slip in a short word, two in a long one; people rarely get the first letter wrong. USDA's rarer words
        # are too many and too like ordinary ones for more than one slip.
        for names, slips in ((self._form_words, 1 if len(word) < 8 else 2), (self._names, 1 if len(word) > 6 else 0)):
            match = process.extractOne(word, names[word[0]], scorer=OSA.distance, score_cutoff=slips)
            if match:
                return str(match[0])
        return None

    def _answer(self, query: FoodQuery) -> Iterator[FoodAmount]:
        entry = self._synonyms.forms.get(query.phrase) or self._synonyms.forms.get(query.words)
        if entry:
            yield from self._everyday(entry, query)
            return
        several = self._split(query.words)
        words = tuple(part for word in query.words for part in self._synonyms.words.get(word, (word,)))
        states = frozenset().union(*query.states)
        hits = self._index.search(words, states) if query.framed else []
        if hits and hits[0].score >= (_SURE if several else _FITS):
            yield self._hit(hits, query)
        elif query.words[-1] in _COMPOUNDS:
            # "Cashew milk" is neither cashews nor milk: only a row of its own will do.
            return
        elif several:
            for place, part in enumerate(several):
                yield from self._everyday(part, replace(query, amount=query.amount if place == 0 else None))
        elif (entry := self._ending(query.words)) is not None:
            yield from self._guess(entry, hits, query)
        elif hits and hits[0].score >= 0:
            yield self._hit(hits, query)
        elif words[-1] not in self._index.heads and (entry := self._beginning(query.words)) is not None:
            # A name ends with what the food is: an almond croissant is no almond.
            yield from self._guess(entry, hits, query)

    def _split(self, words: tuple[str, ...]) -> list[Everyday]:
        """Foods written one after the other without a comma, if every word belongs to one."""
        parts: list[Everyday] = []
        place = 0
        while place < len(words):
            for end in range(len(words), place, -1):
                if entry := self._synonyms.forms.get(words[place:end]):
                    parts.append(entry)
                    place = end
                    break
            else:
                return []
        return parts if len(parts) > 1 else []

    def _ending(self, words: tuple[str, ...]) -> Everyday | None:
        """The everyday food at the end of a name: "chocolate covered almonds" are almonds."""
        endings = (words[start:] for start in range(1, len(words)))
        return next((self._synonyms.forms[end] for end in endings if end in self._synonyms.forms), None)

    def _beginning(self, words: tuple[str, ...]) -> Everyday | None:
        beginnings = (words[:end] for end in range(len(words) - 1, 0, -1))
        return next((self._synonyms.forms[start] for start in beginnings if start in self._synonyms.forms), None)

    def _guess(self, entry: Everyday, hits: list[Hit], query: FoodQuery) -> Iterator[FoodAmount]:
        others = tuple((hit.food.fdc_id, hit.food.description) for hit in hits[:3])
        for amount in self._everyday(entry, query):
            yield replace(amount, sure=False, alternatives=(*others, *amount.alternatives)[:3])

    def _everyday(self, entry: Everyday, query: FoodQuery) -> Iterator[FoodAmount]:
        asked = query.states
        if not asked and query.amount and query.amount.unit == "can" and "canned" in entry.rows:
            asked = (frozenset({"canned"}),)
        if asked:
            for states in asked:
                state = entry.state_for(states)
                if state is None:
                    yield self._other_state(entry, states, query)
                else:
                    yield self._in_state(entry, state, query)
            return
        for state in list(entry.rows)[: entry.show]:
            yield self._in_state(entry, state, query)

    def _other_state(self, entry: Everyday, states: frozenset[str], query: FoodQuery) -> FoodAmount:
        """A state that the entry lacks: USDA may have a row for it."""
        row = next(iter(entry.rows.values()))
        words = singulars(re.sub(r"\(.*?\)", "", self._foods[row].description).split(",")[0])
        names = {word for word in (*query.words, *words) if self._index.knows(word)}
        for wanted in (names, set(query.words), set(words)):
            hits = self._index.search(wanted, states)
            fitting = [hit for hit in hits if _has_state(hit.food, states)]
            if fitting and fitting[0].score >= _FITS:
                return replace(self._hit(fitting, query), name=entry.name)
        return replace(self._in_state(entry, next(iter(entry.rows)), query), sure=False)

    def _in_state(self, entry: Everyday, state: str, query: FoodQuery) -> FoodAmount:
        food = self._foods[entry.rows[state]]
        if query.amount is None or (query.amount.unit == "serving" and "serving" not in entry.sizes):
            amount = self._usual(entry, state)
            if query.amount is not None and query.amount.count != 1:
                grams = amount.grams * query.amount.count
                servings = "servings" if query.amount.count > 1 else "serving"
                text = f"{number_text(query.amount.count)} {servings} ({grams:.0f} g)"
                amount = self._made(food, Portion(text, grams), entry, state)
            return amount
        portion = weigh(query.amount, food, entry.one, entry.sizes, self._synonyms.sizes)
        if portion is None:
            return replace(self._usual(entry, state), sure=False)
        return self._made(food, portion, entry, state)

    def _usual(self, entry: Everyday, state: str) -> FoodAmount:
        food = self._foods[entry.rows[state]]
        portion = self._weighed(food, entry, entry.portions[state])
        if entry.note:
            portion = replace(portion, text=portion.text[:-1] + f", {entry.note})")
        return self._made(food, portion, entry, state)

    def _weighed(self, food: Food, entry: Everyday | None, text: str) -> Portion:
        one, sizes = (entry.one, entry.sizes) if entry else (" ".join(singulars(food.description.split(",")[0])), {})
        try:
            portion = weigh(read_amount(text), food, one, sizes, self._synonyms.sizes)
        except ValueError:
            portion = None
        if portion is None:
            # A button carries USDA's own words.
            for measure in food.portions:
                if text.startswith(f"{number_text(measure.amount)} {measure.measure}"):
                    return usda_portion(measure)
            raise ValueError(f"{text!r} of food {food.fdc_id} has no weight")
        return portion

    def _hit(self, hits: list[Hit], query: FoodQuery) -> FoodAmount:
        food = hits[0].food
        portion = None
        if query.amount:
            one = " ".join(query.words)
            portion = weigh(query.amount, food, one, {}, self._synonyms.sizes)
        clear = hits[0].score >= _SURE and (len(hits) == 1 or hits[0].score - hits[1].score > 0.02)
        made = self._made(food, portion or usual(food))
        return replace(
            made,
            alternatives=tuple((hit.food.fdc_id, hit.food.description) for hit in hits[1:4]),
            sure=clear and (portion is not None or query.amount is None),
        )

    def _made(self, food: Food, portion: Portion, entry: Everyday | None = None, state: str = "") -> FoodAmount:
        alternatives: tuple[tuple[int, str], ...] = ()
        if entry:
            rows = dict.fromkeys((*entry.near, *entry.rows.values()))
            rows.pop(food.fdc_id, None)
            alternatives = tuple((row, self._foods[row].description) for row in list(rows)[:3])
        return FoodAmount(
            food.fdc_id,
            food.description,
            entry.name if entry else plain_name(food),
            ("" if state == "plain" else state) if entry else food.state,
            food.mg_per_100g,
            portion.text,
            round(portion.grams, 1),
            round(portion.grams * food.mg_per_100g / 100, 1),
            alternatives,
            not (entry and entry.unsure),
        )


def _by_letter(words: Iterable[str]) -> Mapping[str, list[str]]:
    """Words by their first letter, those of other signs left out."""
    letters: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        if word.isalpha():
            letters[word[0]].append(word)
    return letters


_LEADING = re.compile(
    r"^(?:Nuts|Seeds|Beverages?|Spices|Fish|Crustaceans|Mollusks|Candies|Snacks?|"
    r"Cereals ready-to-eat|Cereals|Fast foods?|Restaurant|Game meat|Alcoholic beverages?), ",
    re.I,
)


def plain_name(food: Food) -> str:
    """A description without its shelf and its notes, in lower case but for brands."""
    name = re.sub(r"\s*\([^)]*\)", "", _LEADING.sub("", food.description))
    name = re.sub(r", (?:without|with) (?:added )?salt(?: added)?", "", name)
    return " ".join(word if word.isupper() and len(word) > 2 else word.lower() for word in name.split())


def _has_state(food: Food, states: frozenset[str]) -> bool:
    has = {STATES[word] for word in re.findall(r"[a-z]+", food.description.lower()) if word in STATES}
    wanted = {near for state in states for near in (state, *NEAR_STATES.get(state, ()))}
    return bool(wanted & has)
