"""Every file of the site, made from the knowledge base; the same content gives the same files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.chart import Chart, evidence_chart, foods_chart
from bot.knowledge.document import Document
from bot.knowledge.foods import SOURCE, Foods
from bot.knowledge.site import markup, search
from bot.knowledge.source import Source
from bot.knowledge.topic import Sentence, Status, Topic, who
from bot.safety.rules import CountryEntry, RuleBook

HERE = Path(__file__).parent
STATIC = ("site.css", "search.js")
FOODS_SHOWN = 20
# What each grade of evidence means, on the page that lists the treatments.
GRADES = {
    "strong": "Good studies or long experience agree.",
    "moderate": "Good studies point one way, with some doubt left.",
    "limited": "Few or small studies, or expert advice.",
    "mixed": "Studies disagree.",
    "unproven": "Too little good evidence to tell.",
}
_NUMBER = re.compile(r"\d[\d -]{3,}\d")
_NO_NUMBER = "your local emergency number"


@dataclass(frozen=True)
class Help:
    """The urgent numbers of a country."""

    name: str
    emergency: str
    emergency_call: str
    crisis: str
    crisis_call: str
    poison: str
    poison_call: str

    @classmethod
    def of(cls, entry: CountryEntry) -> Help:
        elsewhere = entry.emergency == _NO_NUMBER
        return cls(
            "Any other country" if elsewhere else entry.name[:1].upper() + entry.name[1:],
            entry.emergency,
            entry.emergency_call,
            entry.crisis,
            entry.crisis_call,
            entry.poison,
            entry.poison_call,
        )


@dataclass(frozen=True)
class Site:
    """What the pages are made of.

    Attributes:
        base: the knowledge base.
        foods: the food tables.
        help: urgent numbers, those of the site's own country first.
        emergency: what the footer says to call.
        disclaimer: the short disclaimer, the same as the bot's.
        advice: whom to talk with; "{who}" stands for the professionals.
        address: where the site will be, ending in "/"; without it no page names its own address.
    """

    base: KnowledgeBase
    foods: Foods
    help: tuple[Help, ...]
    emergency: str
    disclaimer: str
    advice: str
    address: str | None = None

    @classmethod
    def load(cls, folder: Path, base: KnowledgeBase, country: str, address: str | None = None) -> Site:
        """Read what stands beside the topics.

        Raises:
            KnowledgeError, KnowledgeErrors: a file can't be used.
        """
        countries = RuleBook.load(folder / "safety.yml").file.countries
        own = [code for code in countries if code == country != "OTHER"]
        rest = [code for code in countries if code not in (country, "OTHER")]
        document = Document.read(folder / "disclaimer.yml")
        try:
            wording = document.data["wordings"]["default"]
            number = str(document.data["numbers"].get(country) or document.data["numbers"]["OTHER"])
            short, advice = str(wording["short"]), str(wording["advice"])
        except (KeyError, TypeError, AttributeError):
            raise document.error((), "the default wording or the numbers are missing", "restore them") from None
        return cls(
            base=base,
            foods=Foods.load(folder / "foods"),
            help=tuple(Help.of(countries[code]) for code in dict.fromkeys((*own, *rest, "OTHER")) if code in countries),
            emergency=number if number == _NO_NUMBER else f"{number} or {_NO_NUMBER}",
            disclaimer=short,
            advice=advice,
            address=address.rstrip("/") + "/" if address else None,
        )

    @property
    def reviewed(self) -> int:
        """How many topics a clinician has read."""
        return sum(topic.review.status is Status.REVIEWED for topic in self.base.topics.values())

    def files(self) -> dict[str, str]:
        """Each file's text by its path."""
        pages = {
            "index.html": self._index(),
            "sources.html": self._sources(),
            "evidence.html": self._evidence(),
            "foods.html": self._foods(),
            "help.html": self._page("help.html", "Urgent help", "help.html", countries=self.help),
            "search.json": search.index(self.base),
        }
        pages |= {f"topics/{topic.id}.html": self._topic(topic) for topic in self.base.topics.values()}
        pages |= {name: (HERE / "static" / name).read_text(encoding="utf-8") for name in STATIC}
        return pages

    def _index(self) -> str:
        groups = [(group, self.base.in_group(group.id)) for group in self.base.groups.values()]
        shown = [(group, topics) for group, topics in groups if topics]
        parts = [topic.title for _, topics in shown for topic in topics]
        return self._page(
            "index.html", "Questions about restless legs and magnesium", "index.html", parts, groups=shown, count=len(parts)
        )

    def _topic(self, topic: Topic) -> str:
        path = f"topics/{topic.id}.html"
        cited = self.base.cited(topic)
        numbers = {source.id: number for number, source in enumerate(cited, start=1)}
        return self._page(
            "topic.html",
            topic.title,
            path,
            data=markup.topic_data(topic, self.base, self._url(path)),
            topic=topic,
            group=self.base.groups[topic.group],
            cited=cited,
            notes=lambda sentence: _notes(sentence, numbers, self.base),
            related=[self.base.topics[other] for other in topic.related if other in self.base.topics],
            consult=consult(topic),
            because=GRADES[topic.evidence.grade.value],
            recheck=len(self.base.to_recheck(topic)),
            advice=self.advice.format(who=who([professional.value for professional in topic.consult])),
        )

    def _sources(self) -> str:
        users: dict[str, list[Topic]] = {source: [] for source in self.base.sources}
        for topic in self.base.topics.values():
            for cited in topic.sources:
                users[cited].append(topic)
        kinds: dict[str, list[Source]] = {}
        for source in self.base.sources.values():
            kinds.setdefault(source.kind.text, []).append(source)
        for listed in kinds.values():
            listed.sort(key=lambda source: (-_year(source), source.title.casefold()))
        return self._page("sources.html", "Sources", "sources.html", kinds=kinds, users=users)

    def _evidence(self) -> str:
        chart = evidence_chart(self.base)
        return self._chart("evidence.html", chart, "How sure are we of each treatment?", grades=GRADES, source=None)

    def _foods(self) -> str:
        chart = foods_chart(self.foods.rank(limit=FOODS_SHOWN))
        return self._chart(
            "foods.html", chart, "Which foods have the most magnesium?", grades={}, source=self.base.sources[SOURCE]
        )

    def _chart(self, path: str, chart: Chart, title: str, grades: dict[str, str], source: Source | None) -> str:
        return self._page("chart.html", title, path, chart=chart, grades=grades, source=source)

    def _url(self, path: str) -> str | None:
        return f"{self.address}{path}" if self.address else None

    def _page(
        self, template: str, title: str, path: str, parts: list[str] | None = None, data: str | None = None, **values: object
    ) -> str:
        return self._templates.get_template(template).render(
            site=self,
            title=title,
            path=path,
            root="../" * path.count("/"),
            url=self._url(path),
            data=data or markup.page_data(title, self._url(path), parts or []),
            **values,
        )

    @cached_property
    def _templates(self) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True, keep_trailing_newline=True,
        )  # fmt: skip
        environment.filters["plain_name"] = plain_name
        environment.filters["numbers"] = unbroken
        environment.filters["day"] = lambda date: f"{date.day} {date:%B %Y}"
        return environment


def consult(topic: Topic) -> str:
    """ "doctor, pharmacist or nurse"."""
    names = [professional.value for professional in topic.consult]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def unbroken(text: str) -> Markup:
    """A text whose telephone numbers stay on one line."""
    return Markup(_NUMBER.sub(lambda found: f'<span class="number">{found.group()}</span>', str(escape(text))))


def plain_name(source: Source) -> str:
    """A source's author and year, for a list."""
    year = "" if source.year is None else f", {source.year}"
    return f"{source.by or 'No author named'}{year}"


def _notes(sentence: Sentence, numbers: dict[str, int], base: KnowledgeBase) -> list[tuple[int, str]]:
    return sorted((numbers[source], _short_name(base.sources[source])) for source in sentence.sources)


def _short_name(source: Source) -> str:
    """The first author or organisation, and the year."""
    first, *rest = re.split(r"[,;]", source.by or "no author named")
    year = "" if source.year is None else f" {source.year}"
    return f"{first.removesuffix(' and others')}{' and others' if rest else ''}{year}"


def _year(source: Source) -> int:
    found = re.search(r"\d{4}", str(source.year or ""))
    return int(found.group()) if found else 0
