"""https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding and what-is-ucs-2-character-encoding"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.messaging.segments import plain, room, segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # A sign of two places is not cut in two: the first segment holds 76 of them, not 76 and a half.
        ("€" * 152, 2),
        ("€" * 153, 3),
        ("é" * 160, 1),
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),
        # One letter makes the whole text wide.
        ("a" * 159 + "á", 3),
    ],
)
def test_segments_are_counted_as_networks_count_them(text, count):
    assert segments(text) == count


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("“It’s 5–10 mg” – no… ‘yes’", "\"It's 5-10 mg\" - no... 'yes'"),
        ("1½ cups, ½ cup", "1 1/2 cups, 1/2 cup"),
        ("400 µg, 5 μg", "400 mcg, 5 mcg"),
        ("≥ 75 µg/L, 3×", ">= 75 mcg/L, 3x"),
        ("5 mg", "5 mg"),
        ("e\u0301", "é"),
        ("á µm 中 😀 °C", "á µm 中 😀 °C"),
    ],
)
def test_signs_become_ones_of_the_small_alphabet_only_where_they_mean_the_same(text, same):
    assert plain(text) == same


@given(st.lists(st.sampled_from("ab €á😀"), max_size=900), st.integers(1, 4))
def test_what_fits_the_room_fits_the_segments(letters, count):
    text = "".join(letters)
    size, most = room(text, count)
    part = text
    while size(part) > most:
        part = part[:-1]
    assert segments(part) <= count
