"""What forked servers need, loaded when this is imported: see `tests.forked`."""

import gc

from bot.lightness import leave_tensorflow_out

leave_tensorflow_out()

import tests.e2e.fake_server  # noqa: E402, F401
from bot.server import warm  # noqa: E402

warm()
gc.freeze()
