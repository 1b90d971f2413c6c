"""The console as a process of its own."""

from __future__ import annotations

import sys

from bot.console.server import run

if __name__ == "__main__":
    try:
        run()
    except KeyboardInterrupt:
        pass
    except Exception as error:
        # The bot goes on without it.
        sys.exit(f"The staff console could not start: {type(error).__name__}: {error}")
