"""Leave these tests out where the model by others is not installed: `make second-judge` installs it."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("simcord") else ["test_*.py"]
