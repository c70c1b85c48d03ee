"""Generous bounds on campaigns and rosters; the error at a bound names it."""

# The size of a campaign's file, in bytes, and the levels of nesting in its YAML.
MAX_FILE = 10_000_000
MAX_DEPTH = 50
# Keys and items in the data files of a folder: each takes some 300 bytes of memory.
MAX_VALUES = 2_000_000
# A case, an address or a set of forms, in characters: most of it is in each letter.
MAX_ENTRY = 100_000
# Items of a list, or keys of a group, inside an entry.
MAX_ITEMS = 500
# A word or phrase to avoid, in characters.
MAX_PHRASE = 100
# Entries of a campaign.
MAX_CASES = 20_000
MAX_MISSIONS = 50_000
MAX_OFFICES = 5_000
MAX_OUTLETS = 5_000
# Styles of letter in one language: a check writes letters in each.
MAX_STYLES = 100
# Entries of a log, and what one of them may count.
MAX_LOG = 500_000
MAX_COUNT = 1_000_000
# Comparisons of names, to suggest the one that is meant.
MAX_COMPARED = 100_000

# The name of a country or language to look up, in characters.
MAX_NAME = 200

# A pattern of a language, in characters: it may repeat a placeholder.
MAX_PATTERN = 300

# A letter on paper, and a document of many letters or of an appeal, in bytes. Each
# line, paragraph or item counts this much more than its text, for its memory.
MAX_LETTER = 80_000
MAX_DOCUMENT = 200_000
BYTES_OF_LINE = 15
# Words on paper, in characters: Typst tries to break a long one at each of them, and a
# line at each invisible one. A word ends at a space that may break a line.
LONG_WORD = 46
MAX_WORD = 1_000
MAX_LONG_WORDS = 5_000
MAX_INVISIBLE = 2_000

# A roster: its columns, the characters of a cell and of a line, and the lines of a row;
# and the characters in which the end of a row with wrong quotes is looked for.
MAX_COLUMNS = 1_000
MAX_CELL = 50_000
MAX_LINE = 131_072
MAX_ROW_LINES = 2_000
MAX_ROW = 2_000_000

# The processes of a batch.
MAX_JOBS = 256
