"""300 messages with planted identifiers: templates written by hand, filled with values of six countries.

In a template, {kind} is an identifier and [word] a medical word that must stay.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

VALUES = {
    "name": (
        "maria gonzalez", "Okafor", "Dave", "Siobhan O'Rourke", "wei zhang", "Priya Raman", "Jean-Luc Picarde", "tom", "Aroha Ngata", "ingrid",
        "Mrs Henderson", "ahmed khalil", "Shaniqua Washington", "Bob Dempsey", "caitríona ní bhriain", "Lakshmi Venkataraman", "steve smith",
        "Kowalczyk", "Moana", "Fiona MacAllister", "jamal", "Dmitri Volkov", "Mei Ling", "Rosalind Achterberg", "liam o'connell", "Tremblay",
        "anthony brown", "Hyacinth Bucket", "gurpreet dhaliwal", "Zsofia Nagy",
    ),
    "email": (
        "maria.g@gmail.com", "dave_1964@hotmail.co.uk", "okafor.n@nhs.net", "S.ORourke@eircom.ie", "wei+rls@proton.me", "priya at gmail dot com",
        "bobd @ rogers.com", "aroha.n@xtra.co.nz", "legs123@bigpond.com.au", "j-l.picarde@videotron.ca",
    ),
    "phone": (
        "416-555-0199", "(604) 555 0143", "+1 902 555 0110", "5195550122", "020 7946 0958", "07700 900123", "+44 7700 900456", "0161 496 0000",
        "087 123 4567", "+353 1 555 0123", "0412 345 678", "(02) 5550 1234", "+61 491 570 156", "021 555 0178", "+64 9 555 0123", "212.555.0188",
        "1-800-555-0155", "01632 960 983",
    ),
    "address": (
        "12 Main Street", "4/27 Beach Rd", "1600 Pennsylvania Ave NW", "221b baker street", "88 o'connell st", "unit 5, 14 Queen St West",
        "9 Rātā Grove", "3402 old mill lane", "PO Box 4412", "17 the crescent", "apt 4 1290 Elm Blvd", "56 Kensington High Street", "7 king william rd",
    ),
    "postcode": ("M5V 2T6", "k1a0b1", "SW1A 1AA", "m13 9pl", "D02 AF30", "NSW 2010", "CA 94110", "zip 10001-1234", "H2X 1Y4", "EH8 9YL"),
    "health": (
        "1234-567-890-AB", "9123 456 789", "GONM 6412 0315", "943 476 5919", "2123 45670 1", "ZAC5361", "1EG4-TE5-MK73", "9434765919", "6951 234 560",
    ),
    "insurance": ("123-45-6789", "046 454 286", "QQ 12 34 56 C", "1234567T", "AB123456D", "XYZ123456789", "876 543 210"),
    "birth": ("12/03/1964", "March 3, 1958", "3rd of June 1971", "1949-11-30", "07.09.1982", "14 Feb 1990", "2/5/61"),
    "link": (
        "https://www.facebook.com/maria.gonzalez.77", "https://mychart.example.org/patient?id=88421", "www.linkedin.com/in/dave-okafor",
        "http://clinic.example/results/2024/884213", "instagram.com/rls_mum", "https://docs.example.com/d/1a2b3c4d5e6f7g8h9i0jkl/view",
    ),
    "payment": (
        "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "GB29 NWBK 6016 1331 9268 19", "IE64IRCE92050112345678",
        "DE89 3704 0044 0532 0130 00", "4539578763621486",
    ),
}  # fmt: skip

TEMPLATES = (
    "hi im {name} and my [legs] hurt at night, does [magnesium] help",
    "My name is {name}. Can I take [ropinirole] with [iron]?",
    "{name} here again, the [gabapentin] 300 mg makes me dizzy",
    "this is {name}, i get the creepy crawly feeling every nite",
    "dr {name} put me on [pramipexole] 0.125mg and it stopped working",
    "my husband {name} kicks all night, is that [restless legs]",
    "my wife {name} takes [levodopa] and [magnesium] citrate",
    "I was told by Doctor {name} to get my [ferritin] checked",
    "thanks for the help\nregards {name}",
    "call me {name} please. how much [spinach] for 100 mg of [magnesium]",
    "my neurologist, {name}, says [Lyrica] 75 mg is fine",
    "nurse {name} said no [coffee] after noon",
    "am i allowed [Requip] if pregnant? im 34 weeks. signed {name}",
    "{name} told me to try [pumpkin seeds] and [almonds]",
    "my daughter {name} is 9 and cant keep her [legs] still",
    "i'm called {name}, 52, and [melatonin] made it worse",
    "please send it to {email}, and does [magnesium] glycinate work",
    "my email is {email} if you know more on [augmentation]",
    "email me at {email} about [iron] infusion",
    "contact: {email}. question: is [Benadryl] bad for [rls]",
    "you can reach me on {phone}, i take [clonazepam] 0.5 mg",
    "call me {phone} pls its about my [gabapentin]",
    "my cell is {phone} and im on [oxycodone] 5mg",
    "{phone} ring after 6pm. do [bananas] help",
    "tel {phone}. is 350 mg of [magnesium] too much",
    "i live at {address} and cant get [Horizant] here",
    "send the leaflet to {address} please, the one on [iron]",
    "my address is {address}. which doctor treats [RLS] near me",
    "moved to {address} last year and since then the [legs] are worse with [coffee]",
    "postcode {postcode}, is there a sleep clinic for [restless legs]",
    "im in {postcode} where do i buy [magnesium] oxide",
    "{address}, {postcode} thats me. does [ropinirole] cause nausea",
    "my health card is {health} can you look up my [ferritin]",
    "ohip number {health}, on [pregabalin] 150 mg twice a day",
    "NHS number {health}. do they pay for [rotigotine]",
    "medicare no. {health} and i take [codeine]",
    "health number: {health}, last [TSAT] was 14",
    "my sin is {insurance}, will the plan cover [gabapentin enacarbil]",
    "social security number {insurance} and my [iron] is 22",
    "policy number {insurance} does it pay for [iron] infusion",
    "member id: {insurance} is [Neupro] covered",
    "national insurance {insurance}, i need [magnesium] on script",
    "born {birth}, is 5 mg of [melatonin] ok",
    "dob {birth} and taking [pramipexole] 0.25 mg",
    "my date of birth is {birth}. how much [magnesium] a day",
    "im {name}, birthday {birth}, had [RLS] since my 20s",
    "here is my page {link} it shows my [leg] movements",
    "{link} has my results, is [ferritin] 45 low",
    "my test is on {link}. what does [TSAT] mean",
    "charge it to {payment} for the [magnesium]",
    "card {payment} exp 04/27, i want the [iron] pills",
    "my iban is {payment} can i get money back for [Requip]",
    "{name}, {phone}, {email}. need help with [opioids] for [restless legs]",
    "patient {name} dob {birth} phone {phone} takes [ropinirole] 2 mg",
    "hi its {name} from {address}. does [cola] count as [caffeine]",
    "i gave {email} and {phone} to dr {name} but nobody called about my [iron]",
    "my mate {name} swears by [tonic water], he is 61",
    "mr {name} at the pharmacy said [magnesium] clashes with [doxycycline]",
    "my mum {name} has [parkinson's] and takes [Sinemet]",
    "ask {name} she had [augmentation] on 1 mg",
)  # fmt: skip

# Messages without any identifier, whose every word must stay.
PLAIN = (
    "does magnesium citrate 400 mg help restless legs at night",
    "im 52 and 70kg how much should i take",
    "took 5 of my magnesium pills by mistake at 3 am",
    "b12 1000 mcg and vitamin d3 2000 iu with requip 0.5mg",
    "i am 34 weeks pregnant and going crazy at night",
    "ferritin was 38 in 2021 and 61 ng/ml in march 2024",
    "on pramipexole since 12/03/2021, 0.25 mg then 0.5 mg",
    "gabapentin 300 600 900 mg which is best",
    "Lyrica, Neupro and Requip all made my legs jumpy",
    "is 1/2 cup of spinach or 28 g of almonds better",
    "my doctor said cut caffeine, is there proof",
    "Willis-Ekbom disease or Parkinson's, what is the difference",
    "will benadryl or zopiclone make it worse tonight",
    "https://www.nhs.uk/conditions/restless-legs-syndrome/ says iron first",
    "my mom has it and my daughter is 9, is it hereditary",
    "tsat 14% ferritin 22 hemoglobin 121 what now",
    "i may have akathisia from metoclopramide",
    "how many mg in 2 slices of whole wheat bread and a banana",
    "magnesium bisglycinate vs threonate vs oxide",
    "walked 10000 steps and drank 2 litres, legs still twitch",
    "can i call 911 or 811 for this",
    "the 10 mg dose of melatonin vs 3 mg, 60 tablets",
    "amitriptyline citalopram and duloxetine with rls",
    "iv iron 1000 mg infusion took 15 minutes",
    "no relief after 6 weeks of 325 mg ferrous sulfate every other day",
)  # fmt: skip

_PART = re.compile(r"\{(\w+)\}|\[([^\]]+)\]")


@dataclass(frozen=True)
class Planted:
    """A message, its identifiers, and its medical words."""

    text: str
    identifiers: tuple[str, ...]
    medical: tuple[str, ...]


def messages(count: int = 300) -> Iterator[Planted]:
    """Each template in turn with the next values of its kinds."""
    values = {kind: itertools.cycle(known) for kind, known in VALUES.items()}
    for template in itertools.islice(itertools.cycle(TEMPLATES), count):
        identifiers: list[str] = []
        medical: list[str] = []

        def fill(match: re.Match[str], identifiers: list[str] = identifiers, medical: list[str] = medical) -> str:
            kind, word = match.groups()
            if word:
                medical.append(word)
                return str(word)
            identifiers.append(next(values[kind]))
            return identifiers[-1]

        yield Planted(_PART.sub(fill, template), tuple(identifiers), tuple(medical))


def left(identifier: str, redacted: str) -> bool:
    """Whether any telling part of an identifier is still there."""
    titles = (
        "mrs",
        "mr",
        "zip",
        "unit",
        "apt",
        "po",
        "box",
        "the",
        "at",
        "dot",
        "of",
        "st",
        "rd",
        "street",
        "road",
        "west",
        "nw",
        "old",
        "me",
        "rls",
    )
    parts = [part for part in re.split(r"[^\w@]+", identifier.casefold()) if len(part) > 1 and part not in titles]
    there = set(re.split(r"[^\w@]+", redacted.casefold()))
    return any(part in there for part in parts)
