from __future__ import annotations

from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.entities import SpacyEntityExtractor
from bot.nlu.spacy_pipeline import build
from bot.settings import settings


def found(text: str) -> list[tuple[str, str]]:
    model = SpacyModel(build(settings().knowledge), "names")
    message = Message.build(text)
    if text:
        message.set(SPACY_DOCS[TEXT], model.model(text))
    extractor = SpacyEntityExtractor({**SpacyEntityExtractor.get_default_config(), "dimensions": ["food", "medicine"]})
    extractor.process([message], model)
    return [(entity["entity"], entity["value"]) for entity in message.get(ENTITIES)]


def test_names_are_found_in_any_case_and_given_as_they_were_written() -> None:
    assert found("Is Gabapentin better than SPINACH?") == [("medicine", "Gabapentin"), ("food", "SPINACH")]


def test_what_the_configuration_does_not_name_is_left_out() -> None:
    assert found("my legs at 60") == []


def test_a_message_of_which_nothing_is_left_has_none() -> None:
    assert found("") == []
