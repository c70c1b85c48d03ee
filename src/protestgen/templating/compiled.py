"""Compiled bundled templates, kept from one run to the next."""

import marshal

import jinja2
from jinja2.bccache import Bucket

from protestgen.schema.cache import FileCache


class CompiledTemplates(jinja2.BytecodeCache):
    """
    The code of templates, kept in *cache*.

    Templates of campaigns are not in its trusted folder: they are compiled, and so
    checked, each time.
    """

    def __init__(self, cache: FileCache) -> None:
        self._cache = cache

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The path of a template's file, and its name, which the code holds."""
        return f"{filename}\0{name}"

    def get_source_checksum(self, source: str) -> str:
        """What the code of *source* depends on besides this package."""
        return f"{jinja2.__version__}\0{source}"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load the code of *bucket*, if it is there."""
        if code := self._cache.load("template", bucket.key, bucket.checksum):
            bucket.code = marshal.loads(code)  # noqa: S302 - our own, see `FileCache`

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of *bucket*, if that is possible."""
        code = marshal.dumps(bucket.code)
        self._cache.keep("template", bucket.key, bucket.checksum, code)
