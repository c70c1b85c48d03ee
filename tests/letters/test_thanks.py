"""Letters of thanks: what remains to be done, and whom they name."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from protestgen import Letter, Sender, compose, load_campaign
from protestgen.campaign.case import Case, Person
from protestgen.campaign.translations import load_translation, translated
from protestgen.language.language import ENGLISH
from protestgen.language.loader import load_language
from protestgen.letters.letter import block_text
from protestgen.schema.types import PartialDate
from protestgen.templating.environment import Templates

CAMPAIGN = load_campaign(Path(__file__).parents[1] / "worth")
TEMPLATES = Templates(CAMPAIGN.folders)
NOW = date(2026, 11, 22)
MET = PartialDate(2026, 11, 15)
ADA = Sender(name="Ada Example", city="Leeds", country="gb")

# What remains of two demands, in a letter to an embassy; of one, to a minister.
REMAINING = {
    "en": (
        "I look to the authorities of Türkiye for the rest as well: to see that the "
        "appeal court decides on the evidence alone, and to return her clients’ files.",
        "I look to you for the rest as well: to return her clients’ files.",
    ),
    "de": (
        "Noch offen ist die Bitte, dafür zu sorgen, dass das Berufungsgericht allein "
        "nach den Beweisen entscheidet, und die Akten ihrer Mandantschaft "
        "zurückzugeben. Ich hoffe sehr, dass auch das bald geschieht.",
        "Noch offen ist die Bitte, die Akten ihrer Mandantschaft zurückzugeben. Ich "
        "hoffe sehr, dass Sie sich auch dafür einsetzen werden.",
    ),
    "fr": (
        "Il est également demandé aux mêmes autorités de veiller à ce que la cour "
        "d’appel se prononce sur la seule base des preuves et de restituer à Mme Demir "
        "les dossiers de ses clients. J’espère qu’elles y donneront une suite tout "
        "aussi favorable.",
        "Il vous est également demandé de restituer à Mme Demir les dossiers de ses "
        "clients. J’espère que vous y donnerez une suite tout aussi favorable.",
    ),
    "es": (
        "Se ha instado además a las mismas autoridades a velar por que el tribunal de "
        "apelación decida solo conforme a las pruebas y a devolver los expedientes de "
        "sus clientes. Confío en que atiendan también estas peticiones.",
        "Se le ha instado además a devolver los expedientes de sus clientes. Confío en "
        "que atienda también esta petición.",
    ),
    "el": (
        "Από τις ίδιες αρχές έχει ζητηθεί επίσης να μεριμνήσουν ώστε το εφετείο να "
        "κρίνει μόνο με βάση τις αποδείξεις και να της επιστρέψουν τους φακέλους των "
        "πελατών της. Ελπίζω ότι θα ανταποκριθούν και σε αυτά τα αιτήματα.",
        "Σας έχει ζητηθεί επίσης να της επιστρέψετε τους φακέλους των πελατών της. "
        "Ελπίζω ότι θα ανταποκριθείτε και σε αυτό το αίτημα.",
    ),
    "ru": (
        "В силе остаются просьбы обеспечить, чтобы апелляционный суд опирался только "
        "на доказательства, а также вернуть Демир дела её клиентов. Надеюсь, что "
        "власти Турции откликнутся и на них.",
        "В силе остаётся просьба вернуть Демир дела её клиентов. Надеюсь, что Вы "
        "откликнетесь и на неё.",
    ),
}
# A topic that names one of two people, as a sentence has it.
TOPICS = {
    "en": "the case of Dilbar Exampleva",
    "de": "den Fall Dilbar Exampleva",
    "fr": "l’affaire Dilbar Exampleva",
    "es": "el caso de Dilbar Exampleva",
    "el": "την υπόθεση του Ρουστάμ Παραδειγματόπουλου",
    "ru": "о деле Дильбар Экземпловой",
}
PEOPLE = {
    "el": (Person("Ντιλμπάρ Έξαμπλ"), Person("Ρουστάμ Παραδειγματόπουλος")),
    "ru": (Person("Дильбар Экземплова"), Person("Рустам Экземплов")),
}
every_language = pytest.mark.parametrize("code", REMAINING)


@cache
def in_language(code: str) -> Case:
    """The case of the lawyer, who was released, with its texts in a language."""
    case = CAMPAIGN.cases["lawyer"]
    if code != ENGLISH:
        case = translated(case, load_translation(CAMPAIGN, code)["lawyer"])
    release, *others = case.demands
    return replace(case, demands=(replace(release, met=MET), *others))


def written(
    code: str, to: str = "embassy", style: str = "thanks", **changes: Any
) -> Letter:
    """The letter about the case after *changes*."""
    addressee, _ = CAMPAIGN.directory.choose(
        state="tr", country="gb", to=to, write_to=(to,)
    )
    return compose(
        replace(in_language(code), **changes),
        addressee,
        ADA,
        style=style,
        language=load_language(code, CAMPAIGN.folders),
        templates=TEMPLATES,
        on=NOW,
    )


def end(letter: Letter) -> str:
    """The last paragraph, with ordinary spaces."""
    return block_text(letter.body[-1]).replace("\N{NO-BREAK SPACE}", " ")


@every_language
def test_thanks_ask_for_what_remains(code: str) -> None:
    """
    While demands are open, thanks name them instead of a hope that all is over.
    """
    two, one = REMAINING[code]
    release, quash, files = in_language(code).demands
    demands = (release, replace(quash, optional=True), files)

    assert end(written(code)) == two
    assert end(written(code, "justice-minister", demands=demands)) == one


def test_thanks_ask_each_addressee_for_what_is_meant_for_them() -> None:
    """
    An open demand that is meant for others is not named, but is no good end either.
    """
    release, quash, files = in_language("en").demands
    demands = (
        release,
        replace(quash, to=("authority",)),
        replace(files, to=("authority",)),
    )

    assert end(written("en", demands=demands)).endswith("those who took the decision.")
    assert end(written("en", "prison", demands=demands)).startswith(
        "I look to you, and all the authorities concerned, for the rest as well: to see"
    )


@pytest.mark.parametrize("change", ["met", "closed"])
def test_thanks_at_the_end_hope_that_it_is_the_end(change: str) -> None:
    """
    Once all demands are met, or the case is closed, nothing remains to be asked.
    """
    changes: dict[str, Any] = {"status": "closed", "updated": MET}
    if change == "met":
        demands = in_language("en").demands
        changes = {"demands": tuple(replace(demand, met=MET) for demand in demands)}

    assert end(written("en", **changes)).endswith(
        "I hope that there will be no need to write to you about her again."
    )


@every_language
@pytest.mark.parametrize("style", ["thanks", "reminder"])
def test_people_whom_the_topic_names_are_not_named_again(code: str, style: str) -> None:
    """
    A letter without an account names the people of a case if its topic names nobody.
    """
    people = PEOPLE.get(code, (Person("Dilbar Exampleva"), Person("Rustam Exampleov")))
    case = in_language(code)

    def names(topic: str) -> int:
        title_in = {**case.title_in, "topic": topic}
        letter = written(
            code, style=style, people=people, topic=topic, title_in=title_in
        )
        return sum(block_text(letter.body[0]).count(name) for name in people)

    assert names(TOPICS[code]) == sum(TOPICS[code].count(name) for name in people)
    assert names("2026") == 2


@pytest.mark.parametrize("style", ["thanks", "reminder"])
def test_a_name_that_is_part_of_a_word_is_not_in_the_topic(style: str) -> None:
    """
    People are named although another word of the topic has their names in it.
    """
    people = (Person("Wen Li"), Person("Mo An"))
    topic = "the closing of the Linden library in Ankara"
    letter = written("en", style=style, people=people, topic=topic)

    assert "Wen Li and Mo An" in block_text(letter.body[0])
