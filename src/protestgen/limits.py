"""Bounds on what a campaign and a row may hold: generous, and told when met."""

# A file of a campaign, in bytes, and how deep its YAML is nested.
MAX_FILE = 10_000_000
MAX_DEPTH = 50
# Keys and items in the data files of a folder: each takes some 300 bytes of memory.
MAX_VALUES = 2_000_000
# A case, mission, office or set of forms, in characters: a letter repeats most of it.
MAX_ENTRY = 100_000
# Items of a list, or keys of a group, in one entry.
MAX_ITEMS = 500
# A word or phrase to avoid, in characters.
MAX_PHRASE = 100
# Entries of a campaign.
MAX_CASES = 20_000
MAX_MISSIONS = 50_000
MAX_OFFICES = 5_000
# Styles of letter in one language: a check writes letters in each.
MAX_STYLES = 100
# Names that are compared with unknown ones, to suggest the one that is meant.
MAX_COMPARED = 100_000

# A name of a country or a language that is looked up, in characters.
MAX_NAME = 200

# A pattern of a language, which may repeat what is put into it, in characters.
MAX_PATTERN = 300

# A letter on paper, and a document of many letters or of an appeal, in bytes. A line, a
# paragraph or an item counts so many more than its text, for the memory that it takes.
MAX_LETTER = 80_000
MAX_DOCUMENT = 200_000
BYTES_OF_LINE = 15

# A roster: its columns, the characters of a cell and of a line, and the lines of a row;
# and the characters in which the end of a row with wrong quotes is looked for.
MAX_COLUMNS = 1_000
MAX_CELL = 50_000
MAX_LINE = 131_072
MAX_ROW_LINES = 2_000
MAX_ROW = 2_000_000

# The processes of a batch.
MAX_JOBS = 256
