"""Types of parameters that several commands share, and their completion."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from protestgen.campaign.loader import Campaign, load_campaign
from protestgen.errors import OutputError, ProtestgenError
from protestgen.schema.types import PartialDate, parse_id

from .context import campaign_folders, check_time_zone

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Command(click.Command):
    """A command that refuses to take an option twice if only one value counts."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse *args*, unless a single option is repeated; flags may be."""
        if not ctx.resilient_parsing:
            _, _, given = self.make_parser(ctx).parse_args(list(args))
            for param, count in Counter(given).items():
                if count > 1 and _counts_once(param):
                    name = max(param.opts, key=len)
                    ctx.fail(f"'{name}' is given {count} times: give it once")
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of the system names the file, or the command."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            where = error.filename or ctx.info_name
            raise OutputError(f"{where}: {error.strerror or error}") from None


def _counts_once(param: click.Parameter) -> bool:
    return isinstance(param, click.Option) and not (param.multiple or param.is_flag)


class ParsedParam(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A text that a function like those of `protestgen.schema.types` parses."""

    def __init__(self, parse: Callable[[str], Any], name: str = "text") -> None:
        self._parse = parse
        self.name = name

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Parse *value*; the message of a failure is the parser's."""
        try:
            return self._parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def parse_date(text: str) -> date:
    """Parse a whole date."""
    day = PartialDate.parse(text)
    if not day.day:
        raise ValueError(f"'{text}' is not a day: write 2026-11-22")
    return day.first_day


def parse_languages(text: str) -> tuple[str, ...]:
    """Parse codes of languages separated by commas."""
    codes = (parse_id(code.strip().lower()) for code in text.split(","))
    return tuple(dict.fromkeys(codes))


def complete_case(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list["CompletionItem"]:
    """Complete the id of a case."""
    del param
    campaign = _campaign(ctx)
    cases = campaign.cases.values() if campaign else ()
    return _completions(incomplete, ((case.id, case.title) for case in cases))


def complete_country(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list["CompletionItem"]:
    """Complete the code or name of a country that a mission stands in or covers."""
    del param
    from protestgen.countries import country_name
    from protestgen.country_names import SHORT_NAMES

    campaign = _campaign(ctx)
    missions = campaign.directory.missions if campaign else ()
    served = {code for mission in missions for code in (mission.host, *mission.covers)}
    names = {code: country_name(code) for code in sorted(served)}
    # A shell would take the parts of a longer name for several words.
    words = [name.lower() for name in names.values()]
    words += [name for name, code in SHORT_NAMES.items() if code in served]
    known = [*names.items(), *((word, "") for word in sorted(words) if " " not in word)]
    return _completions(incomplete.lower(), known)


def complete_style(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list["CompletionItem"]:
    """Complete the name of a style."""
    del param
    from protestgen.templating.environment import Templates

    campaign = _campaign(ctx)
    styles = Templates(campaign.folders).styles("en") if campaign else ()
    return _completions(incomplete, ((style, "") for style in styles))


def complete_language(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list["CompletionItem"]:
    """Complete the code of the last of several languages."""
    del param
    from protestgen.countries import language_name
    from protestgen.language.loader import languages

    campaign = _campaign(ctx)
    before = incomplete[: incomplete.rfind(",") + 1]
    known = languages(campaign.folders) if campaign else ()
    codes = ((f"{before}{code}", language_name(code)) for code in known)
    return _completions(incomplete, codes)


def complete_demand(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list["CompletionItem"]:
    """Complete the id of a demand of the case, or the cases, named already."""
    del param
    campaign = _campaign(ctx)
    ids = ctx.params.get("cases") or (ctx.params.get("case_id"),)
    known = campaign.cases if campaign else {}
    cases = [known[id_] for id_ in ids if id_ in known]
    demands = {demand.id: demand.text for case in cases for demand in case.demands}
    return _completions(incomplete, demands.items())


def complete_addressee(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list["CompletionItem"]:
    """Complete a kind of mission or the id of an office."""
    del param
    from protestgen.campaign.directory import MISSION_KINDS

    campaign = _campaign(ctx)
    offices = campaign.directory.offices if campaign else {}
    known = [(kind, "") for kind in MISSION_KINDS]
    known += [(office.id, office.name) for office in offices.values()]
    return _completions(incomplete, known)


def _completions(
    incomplete: str, known: Iterable[tuple[str, str]]
) -> list["CompletionItem"]:
    """
    Return the *known* names, with their help, that begin with *incomplete*.

    Names with control characters are left out: they would act on the terminal.
    """
    from click.shell_completion import CompletionItem

    return [
        CompletionItem(name, help=help_)
        for name, help_ in known
        if name.startswith(incomplete) and name.isprintable()
    ]


def _campaign(ctx: click.Context) -> Campaign | None:
    """Return the campaign, or None if its files or the environment have errors."""
    try:
        check_time_zone()
        return load_campaign(*campaign_folders(ctx))
    except ProtestgenError:
        return None
