"""finops-tui: a terminal cost explorer that answers from the billing export itself."""

__version__: str
"""The version that is installed; looked up when it is asked for, which takes longer than showing help."""


def __getattr__(name: str) -> str:
    """Look the version up."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("finops-tui")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0.0.0"
