"""finops-tui: a terminal cost explorer that answers from the billing export itself."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("finops-tui")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.0.0"
