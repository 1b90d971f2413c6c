"""How much magnesium people of an age and sex need in a day: a form asks for what the message does not say."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, Dict, List

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction

from bot.dialogue.choice import place
from bot.dialogue.reply import Button, Citation, Kind, Reply
from bot.dialogue.turn import Outcome, ReplyingAction, Turn, through_nlg
from bot.knowledge.intake import Need, NoNeed
from bot.knowledge.library import library

GROUP = "magnesium_daily_intake"
CONSULT = ("dietitian", "doctor")
SLOTS = ("need_age", "need_sex", "need_stage")
# Ages at which the need differs in pregnancy and breastfeeding, in years (both ends included).
CHILDBEARING = (14, 50)
NEITHER = "neither"
OLDEST = 120
# The words of a reply that is nothing but a choice.
SHORT = 4
_NO = ("no", "nope", "neither", "none", "not", "nah")
# "34", "I'm 34", "about 34 years old", "34 and male"; not "34 weeks" or "100 mg".
_BARE = re.compile(
    r"\W*(?:(?:i'?m|i am|it'?s|he'?s|she'?s|age|aged|about|around|for|a)\s+)*(?P<number>\d{1,3}(?:\.\d+)?)"
    r"(?:\s*,?\s*(?:and|years?|yrs?|yo|old|of age|fe)?\s*(?:old|male|female|man|woman|m|f)?)\W*",
    re.I,
)


class ValidateDailyNeedForm(FormValidationAction):
    """Reads age, sex and life stage from whatever the visitor says, at once or one by one."""

    def name(self) -> str:
        return "validate_daily_need_form"

    async def required_slots(
        self,
        domain_slots: List[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Dict[str, Any],
    ) -> List[str]:
        """Life stage is asked only where it changes the figure."""
        age, sex = tracker.get_slot("need_age"), tracker.get_slot("need_sex")
        if age is not None and not CHILDBEARING[0] <= age <= CHILDBEARING[1]:
            # Below 9 and for babies the figure is the same for both.
            return ["need_age"] if age < 9 else ["need_age", "need_sex"]
        return ["need_age", "need_sex"] if sex == "male" else list(SLOTS)

    async def extract_need_age(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        return self._extract(tracker, "need_age")

    async def extract_need_sex(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        return self._extract(tracker, "need_sex")

    async def extract_need_stage(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> Dict[str, Any]:
        return self._extract(tracker, "need_stage")

    @staticmethod
    def _extract(tracker: Tracker, slot: str) -> Dict[str, Any]:
        """A slot from the latest message."""
        text = (tracker.latest_message or {}).get("text") or ""
        asked = tracker.get_slot("requested_slot")
        said = _said(text, slot)
        if asked == slot:
            said = _asked(text, slot, said)
        elif slot == "need_age" and asked and _BARE.fullmatch(text):
            # A bare number that answers another question is no age.
            said = None
        return {slot: said} if said is not None else {}

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]) -> Any:
        events = await super().run(dispatcher, tracker, domain)
        through_nlg(dispatcher)
        return events


class Ask(ReplyingAction):
    """Asks for one slot of the form."""

    text: str
    choices: tuple[str, ...] = ()

    @property
    @abstractmethod
    def slot(self) -> str:
        """The slot that is asked for."""

    def name(self) -> str:
        return f"action_ask_{self.slot}"

    def outcome(self, turn: Turn) -> Outcome:
        buttons = tuple(Button(title=choice, payload=choice.casefold()) for choice in self.choices)
        return Outcome(Reply(kind=Kind.LOOKUP, text=self.text, buttons=buttons, topics=(GROUP,), consult=CONSULT))


class AskAge(Ask):
    """Asks for the age."""

    slot = "need_age"
    text = "For what age? A number of years is enough."


class AskSex(Ask):
    """Asks for the sex, which the figure depends on from 14 years."""

    slot = "need_sex"
    text = "The figures differ by sex. Which one should I look up?"
    choices = ("Female", "Male")


class AskStage(Ask):
    """Asks for pregnancy and breastfeeding."""

    slot = "need_stage"
    text = "Is it for somebody who is pregnant or breastfeeding?"
    choices = ("Pregnant", "Breastfeeding", "Neither")


class ActionDailyNeed(ReplyingAction):
    """The figure of the table for the person that the form describes."""

    def name(self) -> str:
        return "action_daily_need"

    def outcome(self, turn: Turn) -> Outcome:
        slot = turn.tracker.get_slot
        age, sex, stage = slot("need_age"), slot("need_sex"), slot("need_stage")
        # Age and sex are nobody's business after the answer.
        forget = [SlotSet(name, None) for name in SLOTS]
        try:
            found = library().intake.need(age, sex, stage == "pregnant", stage == "breastfeeding")
        except NoNeed as error:
            return Outcome(no_figure(str(error)), forget)
        return Outcome(need(found), forget)


def need(found: Need) -> Reply:
    """The daily need of a life stage."""
    limit = (
        f"From supplements alone, the limit at this age is {found.ul_mg:.0f} mg a day in Canada and the US (the EU says 250 mg "
        "from age 4), unless a clinician says otherwise. Food does not count toward it. With kidney problems, magnesium "
        "supplements are only for the kidney team to decide."
        if found.ul_mg
        else "Babies under one year get their magnesium from milk, formula and food only, never from supplements."
    )
    what = "recommended amount (RDA)" if found.kind == "RDA" else "adequate intake (AI)"
    return Reply(
        kind=Kind.LOOKUP,
        text=(
            f"For {found.life_stage}, the {what} is {found.mg:.0f} mg of magnesium a day, from food, drink and supplements "
            f"together. This is a figure for healthy people in general and not a dose for you. {limit}"
        ),
        topics=(GROUP,),
        buttons=(
            Button(title="Which foods have magnesium?", payload="#topic:magnesium_foods"),
            Button(title="What is the supplement limit?", payload="#topic:upper_limit"),
        ),
        lookup={
            "type": "need", "life_stage": found.life_stage, "mg": found.mg, "kind": found.kind, "ul_mg": found.ul_mg,
        },
        sources=(Citation.of(library().base.sources[found.source]),),
        consult=CONSULT,
    )  # fmt: skip


def no_figure(why: str) -> Reply:
    """The table has no row for what was said."""
    return Reply(
        kind=Kind.LOOKUP,
        text=f"{why} You can also ask what adults need in a day.",
        topics=(GROUP,),
        buttons=(Button(title="How much do adults need?", payload="#topic:magnesium_daily_intake"),),
    )


def _said(text: str, slot: str) -> Any:
    """What a message says of the person, asked or not."""
    person = library().intake.parse(text)
    stage = "pregnant" if person.pregnant else "breastfeeding" if person.breastfeeding else None
    return {"need_age": person.age_years, "need_sex": person.sex, "need_stage": stage}[slot]


def _asked(text: str, slot: str, said: Any) -> Any:
    """What a reply says to the question about a slot: a number, no, what `_said` found, a choice by its place."""
    if slot == "need_age":
        bare = _BARE.fullmatch(text)
        return float(bare["number"]) if bare and float(bare["number"]) <= OLDEST else said
    if slot == "need_stage" and set(text.casefold().split()) & set(_NO):
        return NEITHER
    # "One man" is no first choice.
    if said is not None or len(text.split()) > SHORT:
        return said
    choices = {"need_sex": AskSex.choices, "need_stage": AskStage.choices}[slot]
    chosen = place(text, len(choices))
    return None if chosen is None else choices[chosen].casefold()
