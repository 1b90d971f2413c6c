"""The part of the safety case that is made from the rules: what each category says and finds, and by which rules."""

from __future__ import annotations

from pathlib import Path

from bot.knowledge.errors import KnowledgeError
from bot.safety.rules import URGENT, RuleBook

START = "<!-- made by `rls knowledge safety docs/safety.md` from knowledge/safety.yml -->"
END = "<!-- end -->"


def tables(book: RuleBook) -> str:
    """Markdown: the categories, most serious first, the rules of each, and the numbers of each country."""
    file = book.file
    lines = ["| category | means | urgent | rules | examples | look-alikes |", "| --- | --- | --- | --- | --- | --- |"]
    for category in file.categories:
        urgent = "yes" if category.id in URGENT else "no"
        counts = f"{len(category.rules)} | {len(category.examples)} | {len(category.look_alikes)}"
        lines.append(f"| `{category.id}` | {category.means} | {urgent} | {counts} |")
    lines += ["", "| category | rule | finds, for example | own reply | denial |", "| --- | --- | --- | --- | --- |"]
    for category in file.categories:
        for rule in category.rules:
            own = "" if rule.reply == "usual" else rule.reply
            denial = "turns it off" if rule.negation else "does not"
            lines.append(f"| `{category.id}` | `{rule.id}` | {rule.example} | {own} | {denial} |")
    lines += ["", "| country | emergency | crisis | poison | sources |", "| --- | --- | --- | --- | --- |"]
    for code, country in file.countries.items():
        sources = ", ".join(country.sources)
        lines.append(f"| {code} | {country.emergency} | {country.crisis} | {country.poison} | {sources} |")
    return "\n".join(lines)


def renewed(page: Path, book: RuleBook) -> str:
    """A page with its made part made anew.

    Raises:
        KnowledgeError: the page can't be read, or the marks of that part are missing.
    """
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise KnowledgeError(page, 1, f"can't be read: {error.strerror}", "name the safety case") from None
    except UnicodeDecodeError:
        raise KnowledgeError(page, 1, "not UTF-8 text", "save the file as UTF-8") from None
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise KnowledgeError(page, 1, f"'{START}' or '{END}' is missing", "restore both marks")
    return f"{before}{START}\n\n{tables(book)}\n\n{END}{after}"
