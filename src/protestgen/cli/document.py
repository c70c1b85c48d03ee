"""The options of documents, such as the appeal, and writing them."""

from collections.abc import Iterable, Mapping
from datetime import date

import click

from protestgen.campaign.loader import Campaign
from protestgen.formats import DOCUMENT_FORMATS, Format
from protestgen.language.language import ENGLISH
from protestgen.language.loader import find_languages
from protestgen.letters.document import Document
from protestgen.letters.service import LetterService

from .common_options import Decorator, common_options, option_group
from .console import show_notes, write_output
from .context import now
from .option_values import OutputChoice, OutputOptions
from .options import date_option, fallback_option, large_option, output_options
from .param_types import complete_case, complete_language

DEFAULT_FORMAT = "markdown"


def document_options(
    product: str, formats: Mapping[str, Format] = DOCUMENT_FORMATS
) -> Decorator:
    """Return the argument CASE and the options of a document called *product*."""
    return option_group(
        click.argument("case_id", metavar="CASE", shell_complete=complete_case),
        click.option(
            "--lang",
            "language",
            default=ENGLISH,
            show_default=True,
            metavar="LANGUAGE",
            shell_complete=complete_language,
            help=f"Language of the {product}.",
        ),
        fallback_option,
        date_option(product),
        output_options(formats, DEFAULT_FORMAT),
        large_option,
        common_options,
    )


class DocumentOptions(OutputOptions, frozen=True, kw_only=True):
    """Values of `document_options`."""

    case_id: str
    language: str
    fallback: bool
    on: date | None

    def document_choice(
        self, campaign: Campaign, formats: Mapping[str, Format] = DOCUMENT_FORMATS
    ) -> OutputChoice:
        """Choose the format as `output_choice` does."""
        return self.output_choice(
            campaign.folders, default=DEFAULT_FORMAT, formats=formats
        )

    def code(self, campaign: Campaign) -> str:
        """Return the code of the language."""
        return find_languages([self.language], campaign.folders)[0]

    def writer(self, campaign: Campaign) -> LetterService:
        """Return the service that writes on the day of the document."""
        return LetterService(campaign, self.on or now().date())


def write_document(
    document: Document, notes: Iterable[str], choice: OutputChoice
) -> None:
    """Write *document* in the chosen format, and show the *notes* on it."""
    data = choice.format.render_document(document, choice.options)
    show_notes(notes)
    write_output(choice.options.output, data)
