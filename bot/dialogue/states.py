"""The states of a conversation as Rasa's policies see them, made in one pass and only as many as are asked for.

Rasa replays the whole conversation for each policy and makes the state of each step, to look at the last few. The states
here are the same; a test compares them.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Dict, List, NamedTuple, Optional

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTIVE_LOOP, LOOP_NAME, PREVIOUS_ACTION, SLOTS, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME

_KEPT = "_guide_history"
_REWINDING = (Restarted, SessionStarted, ActionReverted, UserUtteranceReverted)
_LEAVE_SLOTS = (ActionExecuted, UserUttered, BotUttered)


class Moment(NamedTuple):
    """What a state is made of, just before an action."""

    message: Optional[UserUttered]
    slots: Dict[str, Any]
    action: Optional[Dict[str, str]]
    loop: Optional[str]
    expected: bool
    hidden: bool


class History:
    """The moments before each action of a conversation, and the present one."""

    def __init__(self, tracker: DialogueStateTracker, domain: Domain) -> None:
        self._domain = domain
        self._replay = tracker.init_copy()
        self._slots: Dict[str, Any] = domain._get_slots_sub_state(self._replay)
        self._moments: List[Moment] = []
        self._seen = 0
        self._first = tracker.events[0] if tracker.events else None
        self._loops = any(isinstance(event, ActiveLoop) for event in tracker.events)
        self._take(tracker.applied_events())
        self._seen = len(tracker.events)

    @classmethod
    def of(cls, tracker: DialogueStateTracker, domain: Domain) -> History:
        """The history of a conversation, carried on where it was made a moment ago."""
        kept: Optional[History] = getattr(tracker, _KEPT, None)
        if kept is None or not kept._carry_on(tracker):
            kept = cls(tracker, domain)
            setattr(tracker, _KEPT, kept)
        return kept

    def states(self, most: Optional[int]) -> List[State]:
        """The last states, as `Domain.states_for_tracker_history` makes them."""
        moments = [*self._moments, self._moment(False)]
        return [self._state(moment) for moment in moments[-most if most else 0 :]]

    def story_states(self, most: Optional[int], rule_only: Optional[Dict[str, Any]]) -> List[State]:
        """The last states without the turns that belong to rules alone, as policies of stories see them."""
        visible: List[tuple[Moment, Optional[Dict[str, str]]]] = []
        hidden, last_action = False, None
        for moment in [*self._moments, self._moment(False)]:
            if not hidden:
                last_action = moment.action
            in_loop = (moment.action or {}).get(ACTION_NAME) == moment.loop
            if not moment.expected and not in_loop:
                hidden = moment.hidden
            if not hidden:
                visible.append((moment, last_action))
        start = max(0, len(visible) - most) if most else 0
        # A state takes over what the visitor said from the one before, back to where the bot last listened.
        while start > 0 and (visible[start][0].action or {}).get(ACTION_NAME) != ACTION_LISTEN_NAME:
            start -= 1
        states: List[State] = []
        for moment, action in visible[start:]:
            state = self._state(moment)
            self._domain._remove_rule_only_features(state, rule_only)
            if states:
                self._domain._substitute_rule_only_user_input(state, states[-1])
            if action:
                state[PREVIOUS_ACTION] = dict(action)
            states.append(self._domain._clean_state(state))
        return states[-most if most else 0 :]

    def _carry_on(self, tracker: DialogueStateTracker) -> bool:
        events = tracker.events
        if len(events) < self._seen or (events and events[0] is not self._first):
            return False
        new: List[Event] = [events[index - len(events)] for index in range(self._seen, len(events))]
        # What was done before may be undone by these, and in a form by its next round.
        if self._loops or any(isinstance(event, (*_REWINDING, ActiveLoop)) for event in new):
            return False
        self._take(new)
        self._seen = len(events)
        return True

    def _take(self, events: List[Event]) -> None:
        for event in events:
            if isinstance(event, ActionExecuted):
                self._moments.append(self._moment(event.hide_rule_turn))
            self._replay.update(event)
            if not isinstance(event, _LEAVE_SLOTS):
                self._slots = self._domain._get_slots_sub_state(self._replay)

    def _moment(self, hidden: bool) -> Moment:
        replay = self._replay
        loop = replay.active_loop.name if replay.active_loop else None
        return Moment(replay.latest_message, self._slots, replay.latest_action, loop, bool(replay.followup_action), hidden)

    def _state(self, moment: Moment) -> State:
        state: Dict[str, Any] = {
            USER: dict(self._domain._get_user_sub_state(SimpleNamespace(latest_message=moment.message))),
            SLOTS: dict(moment.slots),
            PREVIOUS_ACTION: dict(moment.action) if moment.action else None,
            ACTIVE_LOOP: {LOOP_NAME: moment.loop} if moment.loop else {},
        }
        cleaned: State = self._domain._clean_state(state)
        return cleaned
