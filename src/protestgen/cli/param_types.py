"""Types of parameters that several commands share, and their completion."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from protestgen.countries import country_name, find_country
from protestgen.country_names import COUNTRY_CODES, SHORT_NAMES
from protestgen.errors import OutputError, ProtestgenError
from protestgen.schema.types import PartialDate, parse_line

from .common_options import HELP_TITLE
from .context import campaign_folders, check_time_zone, chosen_campaign, now

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from protestgen.campaign.case import Case
    from protestgen.campaign.loader import Campaign

Completer = Callable[[click.Context, click.Parameter, str], list["CompletionItem"]]


_LETTER_COMMANDS = ("letter", "batch")
# What to do instead of giving these an option twice, by the name of its parameter.
_ONCE = {
    "case_id": "write a letter about each, or use 'protestgen batch'",
    "country": "name the one that you live in",
    "to": "write a letter to each, or add '--copy' for who gets a copy",
    "languages": "name them together, such as '--lang en,ru'",
}


class Command(click.Command):
    """
    A command that refuses to take an option twice if only one value counts.

    Its help shows the options of each `option_group` below the title of the group.
    """

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the options into *formatter*, those without a title at the end."""
        groups: dict[str, list[tuple[str, str]]] = {}
        options = (p for p in self.get_params(ctx) if isinstance(p, click.Option))
        for param in options:
            if (record := param.get_help_record(ctx)) is not None:
                title = vars(param).get(HELP_TITLE, "")
                groups.setdefault(title, []).append(record)
        others = groups.pop("", [])
        groups["Other options" if groups else "Options"] = others
        for title, records in groups.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse *args*, unless a single option is repeated; flags may be."""
        args = self._with_bare_case(args)
        if not ctx.resilient_parsing:
            _, _, given = self._parse(ctx, args)
            for param, count in Counter(given).items():
                is_flag = getattr(param, "is_flag", False)
                if count > 1 and not (param.multiple or is_flag):
                    name = max(param.opts, key=len)
                    hints = _ONCE if ctx.info_name in _LETTER_COMMANDS else {}
                    hint = hints.get(param.name or "", "give it once")
                    ctx.fail(f"'{name}' is given {count} times: {hint}")
        return super().parse_args(ctx, args)

    def _parse(self, ctx: click.Context, args: list[str]) -> Any:
        """Parse *args*; an error names this command."""
        try:
            return self.make_parser(ctx).parse_args(list(args))
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def _with_bare_case(self, args: list[str]) -> list[str]:
        """Return *args* without a '--case' where the case is an argument."""
        by_name = {param.name: param for param in self.params}
        if not isinstance(by_name.get("case_id"), click.Argument):
            return args
        return [arg.removeprefix("--case=") for arg in args if arg != "--case"]

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of the system names the file, or the command."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            where = error.filename or ctx.info_name
            raise OutputError(f"{where}: {error.strerror or error}") from None


class ParsedParam(click.ParamType):  # type: ignore[type-arg,unused-ignore]
    """A text that a function like those of `protestgen.schema.types` parses."""

    def __init__(self, parse: Callable[[str], Any], name: str = "text") -> None:
        self.parse = parse
        self.name = name

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Parse *value*; the message of a failure is the parser's."""
        try:
            return self.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


LINE = ParsedParam(parse_line)
COUNTRY = ParsedParam(find_country, "country")

line_option = partial(click.option, type=LINE)


def is_all(country: str) -> bool:
    """Whether *country* stands for all of them."""
    return country.casefold() == "all"


def past_date(hint: str) -> ParsedParam:
    """Return the type of a date, or a month or year, that is not in the future."""

    def parse(text: str) -> PartialDate:
        when = PartialDate.parse(text)
        if when.first_day > now().date():
            raise ValueError(f"{when} is in the future: {hint}")
        return when

    return ParsedParam(parse, "date")


def parse_date(text: str) -> date:
    """Parse a whole date."""
    day = PartialDate.parse(text, form="it like 2026-11-22")
    if not day.day:
        raise ValueError(f"'{text}' is not a day: write 2026-11-22")
    return day.first_day


def parse_languages(text: str) -> tuple[str, ...]:
    """Parse codes or names of languages separated by commas."""
    return tuple(parse_line(name) for name in text.split(",") if name.strip())


def _completer(
    find: Callable[[click.Context, str], Iterable[tuple[str, str]]],
) -> Completer:
    """
    Make a completion of the names, each with its help, that *find* returns.

    Names with control characters are left out: they would act on the terminal.
    """

    def complete(
        ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list["CompletionItem"]:
        from click.shell_completion import CompletionItem

        try:
            check_time_zone()
            found = [*find(ctx, incomplete)]
        except ProtestgenError:
            return []
        wanted = incomplete.lower()
        return [
            CompletionItem(name, help=help_)
            for name, help_ in found
            if name.lower().startswith(wanted) and name.isprintable()
        ]

    return complete


@_completer
def complete_case(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    """Complete the id of a case."""
    from protestgen.campaign.loader import case_titles

    return case_titles(*campaign_folders(ctx), prefix=incomplete.lower()).items()


@_completer
def complete_country(ctx: click.Context, _incomplete: str) -> Iterable[tuple[str, str]]:
    """Complete the code or name of a country that a mission stands in or covers."""
    campaign = _campaign(ctx)
    served = {
        code
        for state in sorted({case.state for case in campaign.cases.values()})
        for mission in campaign.directory.of_state(state)
        for code in (mission.host, *mission.covers)
    }
    return _names_to_type(served)


@_completer
def complete_any_country(
    _ctx: click.Context, _incomplete: str
) -> Iterable[tuple[str, str]]:
    """Complete the code or name of a country, whatever the campaign is about."""
    return _names_to_type(COUNTRY_CODES)


def _names_to_type(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield *codes* of countries with their names, and then names to type."""
    names = {code: country_name(code) for code in sorted(codes)}
    # A shell would split names with spaces.
    words = [
        "-".join(re.findall(r"\w+", name.lower().replace("&", "and")))
        for name in names.values()
    ]
    words += [name for name, code in SHORT_NAMES.items() if code in names]
    yield from names.items()
    yield from ((word, "") for word in sorted(words) if " " not in word)


@_completer
def complete_style(ctx: click.Context, _incomplete: str) -> Iterable[tuple[str, str]]:
    """Complete the name of a style."""
    from protestgen.templating.environment import Templates

    return ((style, "") for style in Templates(_campaign(ctx).folders).styles("en"))


@_completer
def complete_language(ctx: click.Context, incomplete: str) -> Iterable[tuple[str, str]]:
    """Complete the code of the last of several languages."""
    from protestgen.countries import language_name
    from protestgen.language.loader import languages

    before = incomplete[: incomplete.rfind(",") + 1]
    known = languages(_campaign(ctx).folders)
    return ((f"{before}{code}", language_name(code)) for code in known)


@_completer
def complete_demand(ctx: click.Context, _incomplete: str) -> Iterable[tuple[str, str]]:
    """Complete the id of a demand of the cases on the command line."""
    cases = _chosen_cases(_campaign(ctx), ctx)
    demands = {demand.id: demand.text for case in cases for demand in case.demands}
    return demands.items()


@_completer
def complete_addressee(
    ctx: click.Context, _incomplete: str
) -> Iterable[tuple[str, str]]:
    """Complete an office, a mission in the country of the sender, or a kind of one."""
    from protestgen.campaign.directory import MISSION_KINDS

    campaign = _campaign(ctx)
    chosen = _chosen_cases(campaign, ctx) or [*campaign.cases.values()]
    states = dict.fromkeys(case.state for case in chosen)
    names = ctx.params.get("countries") or (ctx.params.get("country"),)
    countries = [find_country(name) for name in names if name and not is_all(name)]
    found: dict[str, str] = {}
    for state in states:
        found |= dict(campaign.directory.values_of_to(state, countries))
    return [*found.items(), *((kind, "") for kind in MISSION_KINDS)]


def _campaign(ctx: click.Context) -> "Campaign":
    """Read what the cases on the command line need of the campaign."""
    return chosen_campaign(ctx, tuple(_chosen_ids(ctx)) or None)


def _chosen_cases(campaign: "Campaign", ctx: click.Context) -> list["Case"]:
    """Return the cases that the command line names so far."""
    ids = _chosen_ids(ctx)
    return [campaign.cases[id_] for id_ in ids if id_ in campaign.cases]


def _chosen_ids(ctx: click.Context) -> list[str]:
    """Return the ids of cases that the command line names so far."""
    params = ctx.params
    ids = [*(params.get("cases") or ()), *(params.get("arguments") or ())]
    return [*ids, *filter(None, (params.get("case_id"), params.get("argument")))]
