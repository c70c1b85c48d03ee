"""Run the command line: `protestgen` and `python -m protestgen`."""

import gc
import sys

# Imports make many objects and no garbage: with its default threshold, the collector
# would scan them a hundred times for nothing.
gc.set_threshold(100_000)


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from .cli import run

        code = run()
    except KeyboardInterrupt:  # while the program is starting
        code = 130
    # Spare the collection at the interpreter's end.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
