"""Run the command line: `protestgen` and `python -m protestgen`."""

import gc
import sys

# Most of a short run is imports, which make many objects and no garbage: with the
# collector's default threshold it would scan them some hundred times in vain.
gc.set_threshold(100_000)


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        from .cli import run

        code = run()
    except KeyboardInterrupt:  # before there is anything to interrupt
        code = 130
    # The collection at the interpreter's end would look through all the modules again.
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
