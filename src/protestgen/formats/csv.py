"""The figures of a report as CSV: a line for each week, country, channel and result."""

import csv
from io import StringIO

from msgspec.structs import astuple

from protestgen.letters.report import Report
from protestgen.log.figures import Row

from . import Options


def render_document(report: Report, _options: Options) -> bytes:
    """Return the figures of *report* in UTF-8; their sums are those of the log."""
    file = StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(Row.__struct_fields__)
    writer.writerows(map(astuple, report.figures.rows))
    return file.getvalue().encode()
