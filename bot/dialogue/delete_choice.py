"""Yes and no to the question whether a conversation shall be deleted."""

from __future__ import annotations

from bot.dialogue.reply import Button

YES, NO = "#delete:yes", "#delete:no"
BUTTONS = (Button(title="Yes, delete it", payload=YES), Button(title="No, keep it", payload=NO))
