"""The pages of the copies of a letter, to be printed with it."""

from collections.abc import Iterator

from msgspec.structs import replace

from protestgen.templating.blocks import Paragraph

from .letter import Letter


def with_copies(letter: Letter) -> Letter:
    """
    The *letter* with a set of pages for each of its copies that goes by post.

    The first page of a set has the address of the receiver and says who writes to whom;
    the letter follows.
    """
    return replace(letter, also=(*letter.also, *_pages(letter)))


def _pages(letter: Letter) -> Iterator[Letter]:
    alone = replace(letter, also=())
    for index, block in enumerate(letter.copy_blocks):
        if block:
            yield replace(
                alone,
                addressee=letter.copied[index],
                addressee_block=block,
                salutation="",
                body=(Paragraph(letter.copy_page),) if letter.copy_page else (),
                closing="",
                copies=letter.copies[index : index + 1],
            )
            yield from (alone, *letter.also)
