"""A quick reply as it comes back: the bot wrote it, and it names nobody."""

from __future__ import annotations

import re

# What `actions.pick.follow` knows. Whether it was offered is for the dialogue to say.
PRESSED = re.compile(r"#(?:topic:[a-z][a-z0-9_]*|food:\d{1,7}|delete:(?:yes|no))")
