"""Training data from the knowledge base: each topic is an intent with its examples and its rule."""

from __future__ import annotations

from typing import Optional

from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

from bot.knowledge.base import KnowledgeBase, read
from bot.safety.rules import RuleBook
from bot.settings import settings

ANSWER = "action_answer"
SAFETY = "action_safety"


class KnowledgeImporter(RasaFileImporter):
    """Rasa's own files, and beside them what `knowledge/` adds to intents, examples and rules.

    A topic becomes the intent of its id, answered by `action_answer`; a safety category becomes the intent of its id,
    answered by `action_safety`.

    Raises:
        KnowledgeErrors: a file of the knowledge base can't be used.
    """

    @cached_method
    def knowledge(self) -> KnowledgeBase:
        """The knowledge base."""
        return read(settings().knowledge)

    @cached_method
    def safety(self) -> dict[str, list[str]]:
        """The example messages of each safety category."""
        book = RuleBook.load(settings().knowledge / "safety.yml")
        return {category.id: list(category.examples) for category in book.file.categories}

    @cached_method
    def get_domain(self) -> Domain:
        """Rasa's domain with an intent for each topic and each safety category."""
        names = [*self.knowledge().topics, *self.safety()]
        intents: list[dict[str, dict[str, list[str]]]] = [{name: {"use_entities": []}} for name in names]
        return super().get_domain().merge(Domain.from_dict({"intents": intents}))

    @cached_method
    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Rasa's examples with those of each topic and each safety category."""
        examples = [
            Message.build(text=question, intent=topic.id)
            for topic in self.knowledge().topics.values()
            for question in topic.questions
        ]
        taken = {example.get(TEXT).casefold() for example in examples}
        examples += [
            Message.build(text=text, intent=category)
            for category, texts in self.safety().items()
            for text in texts
            if text.casefold() not in taken
        ]
        written = super().get_nlu_data(language)
        clash = {example.get(INTENT) for example in written.intent_examples} & set(self.knowledge().topics)
        if clash:
            raise ValueError(f"data/nlu.yml: intent '{clash.pop()}' is a topic's id; rename one of the two")
        return written.merge(TrainingData(training_examples=examples))

    @cached_method
    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        """Rasa's stories and rules with a rule for each topic and each safety category."""
        rules = [
            {"rule": f"{action}: {intent}", "steps": [{"intent": intent}, {"action": action}]}
            for intents, action in ((list(self.knowledge().topics), ANSWER), (list(self.safety()), SAFETY))
            for intent in intents
        ]
        steps = YAMLStoryReader(self.get_domain()).read_from_parsed_yaml({"rules": rules})
        return super().get_stories(exclusion_percentage).merge(StoryGraph(steps))
