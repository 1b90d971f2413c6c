"""Deleting the conversation: asked for once more, then done by the processor, which has the store."""

from __future__ import annotations

from bot.dialogue.delete_choice import BUTTONS, NO, YES
from bot.dialogue.reply import Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn

SURE = "Shall I delete everything in this conversation, your messages and my replies? It can't be brought back."
KEPT = "All right, nothing was deleted. You can ask me something else, or delete it later."
# Said only where the bot runs without its own processor: with it, the deletion is done before an action is asked.
CANNOT = (
    "I can't delete a conversation on this channel. The people who run this site can do it for you. Please do not write your "
    "name, address or health-card number here."
)


class ActionErase(ReplyingAction):
    """Asks whether the conversation shall be deleted."""

    def name(self) -> str:
        return "action_erase"

    def outcome(self, turn: Turn) -> Outcome:
        return Outcome(Reply(kind=Kind.SMALLTALK, text=SURE, buttons=BUTTONS))


def reply(payload: str) -> Reply | None:
    """What is said to yes and to no."""
    texts = {YES: CANNOT, NO: KEPT}
    return Reply(kind=Kind.SMALLTALK, text=texts[payload]) if payload in texts else None
