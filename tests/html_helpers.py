"""Reading pages as a browser would, and values that would spoil them."""

from html.parser import HTMLParser

HOSTILE = (
    "<script>document.title='taken'</script>",
    "<img src=x onerror=\"document.title='taken'\">",
    "</title><script>document.title='taken'</script>",
    "</style><b>",
    '"><svg onload=alert(1)>',
    "' onmouseover='x",
    "<!--",
    "-->",
    "<![CDATA[",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "javascript:alert(1)",
    "<base href=//example.org>",
    "<meta http-equiv=refresh content=0>",
    "</span></p></main></body></html>",
    "<plaintext>",
    "\\x3cb\\x3e",
    "a & b",
)


class Outline(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag."""
        self.tags.append((tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Remember an end."""
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        """Remember text."""
        self.text += data

    def handle_comment(self, data: str) -> None:
        """Remember a comment, of which there is none."""
        self.tags.append(("!", (("data", data),)))
