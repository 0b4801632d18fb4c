"""How URLs of lakes begin; imports nothing, as every start looks at it."""

SCHEMES = ("sc", "grpc", "grpc+tls", "snowflake", "bigquery", "lake", "athena")


def is_lake(source: str) -> bool:
    """Whether a source is a table that an engine reads."""
    scheme, separator, _ = source.partition("://")
    return bool(separator) and scheme.lower() in SCHEMES
