"""Loading templates from the folders of a campaign."""

from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.loaders import split_template_path

from protestgen.errors import DataError, Location, TemplateError, quoted
from protestgen.schema.source import decoded

from .sandbox import MAX_SOURCE, Sandbox

_MAX_NAME = 200


class FolderLoader(BaseLoader):
    """Reads the templates of a campaign, but no file outside its folder."""

    def __init__(self, campaign: Path, *, is_bundled: bool = False) -> None:
        self._campaign = campaign
        self._is_bundled = is_bundled
        self._folder = campaign / "templates"

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - as in Jinja
    ) -> Template:
        """Load the template *name*; `TemplateError` says why it cannot be used."""
        try:
            template = super().load(environment, name, globals)
        except TemplateSyntaxError as error:
            error.filename = str(self._folder / name)  # which the lexer leaves out
            raise
        except (TemplateNotFound, TemplateError, MemoryError):
            raise
        except ValueError:  # of `int`
            reason = "a number is too long: write it shorter"
        except Exception:  # noqa: BLE001 - the compiler fails in many ways
            reason = "tags or brackets are nested too deeply: write it flatter"
        else:
            assert isinstance(environment, Sandbox)  # noqa: S101 - for the type checker
            if self._is_bundled or environment.accepted_probe is None:
                return template
            from importlib.metadata import version

            reason = (
                f"jinja2 {version('jinja2')} does not refuse "
                f"{quoted(environment.accepted_probe)}, so only bundled templates are "
                "used: install 'jinja2<3.2'"
            )
        raise TemplateError(reason, at=Location(str(self._folder / name))) from None

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The text of the template, its path, and whether it is unchanged."""
        del environment
        path = self._folder.joinpath(*split_template_path(template))
        if len(template) > _MAX_NAME or not path.is_file():
            raise TemplateNotFound(template)
        if not path.resolve().is_relative_to(self._campaign.resolve()):
            reason = "a link that leads out of its folder"
            raise TemplateError(reason, at=Location(str(path)))
        try:
            changed = path.stat().st_mtime
            with path.open("rb") as file:
                source = file.read(MAX_SOURCE + 1)
            if len(source) > MAX_SOURCE:
                reason = f"longer than {MAX_SOURCE:,} bytes: a letter needs less"
                raise TemplateError(reason, at=Location(str(path)))
            text = decoded(source, str(path))
        except OSError as error:
            raise TemplateError(f"template '{template}': {error}") from None
        except DataError as error:
            (problem,) = error.problems
            raise TemplateError(problem.message, at=problem.at) from None
        return text, str(path), lambda: path.stat().st_mtime == changed

    def list_templates(self) -> list[str]:
        """The names of the templates that can be included or extended."""
        paths = [path for path in self._folder.rglob("*.j2") if path.is_file()]
        return [path.relative_to(self._folder).as_posix() for path in paths]
