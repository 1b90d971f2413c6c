"""What the console knows of the topics, also where the folder can't be read."""

from __future__ import annotations

from bot.console.knowledge import Topics


def test_topics_stand_under_their_groups_by_title() -> None:
    topics = Topics({"b": "Beer", "a": "Wine", "c": "Iron"}, {"b": "Drinks", "a": "Drinks", "c": "Minerals"})
    assert topics.by_group == {"Drinks": ["b", "a"], "Minerals": ["c"]}


def test_a_topic_that_is_gone_is_called_by_its_id() -> None:
    topics = Topics({"a": "Wine"}, {"a": "Drinks"})
    assert [topics.title(topic) for topic in ("a", "old_topic", "", None)] == ["Wine", "old topic", "", ""]


def test_without_topics_the_console_has_none() -> None:
    assert (Topics().by_group, Topics().title("x_y"), Topics().version) == ({}, "x y", "")
