"""What runs behind the Athena on loopback: Trino's SQL, checked and translated, on Parquet that lies in an S3.

The text is checked against Trino's grammar and its list of functions, translated to DuckDB, and run on the objects
that are in the bucket at that moment.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import sqlglot
import sqlglot.errors
import trino_sql_validator


class TrinoError(Exception):
    """A text that cannot be run."""


@dataclass
class Catalogued:
    """A table of the catalog: where it lies, or the SQL of a view.

    Attributes:
        columns: Types by name.
        partitions: Likewise, of the columns that folders are named by.
        location: Its folder.
        view: SQL.
        unknown: Months whose folders the catalog does not know.
    """

    columns: dict[str, str]
    partitions: dict[str, str] = field(default_factory=dict)
    location: str = ""
    view: str = ""
    unknown: set[str] = field(default_factory=set)


Tables = Mapping[tuple[str, str], Catalogued]


class Trino:
    """Runs texts on the tables of a bucket."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="athena-loopback-")

    def close(self) -> None:
        self._folder.cleanup()

    def scanned(self, s3: Any, tables: Tables, text: str) -> int:
        """Bytes that a text reads: of the months it names, or of all."""
        months = set(re.findall(r"'(\d{4}-\d{2})'", text))
        return sum(
            path.stat().st_size
            for (_, name), table in tables.items()
            if table.location and (f'"{name}"' in text or any(one.view for one in tables.values()))
            for path, key in self._objects(s3, table)
            if not (months and table.partitions) or any(f"={month}" in key for month in months)
        )

    def select(self, s3: Any, tables: Tables, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """An answer: names and rows.

        Raises:
            TrinoError: it is no SQL of Trino, or it fails.
        """
        with self._lake(s3, tables) as connection:
            answer = connection.execute(_translated(text))
            return [column[0] for column in answer.description or ()], answer.fetchall()

    def unload(self, s3: Any, tables: Tables, text: str, where: str) -> list[str]:
        """Write an answer as two Parquet files, or none if it has no rows; their URLs."""
        urls = []
        with self._lake(s3, tables) as connection:
            connection.execute(f"create table answer as {_translated(text)}")
            [count] = connection.execute("select count(*) from answer").fetchone() or (0,)
            half = -(-count // 2)
            for start in range(0, count, half or 1):
                path = Path(self._folder.name) / "half.parquet"
                rows = f"select * from answer limit {half} offset {start}"
                connection.execute(f"copy ({rows}) to '{path}' (format parquet)")
                urls.append(f"{where}part_{start}")
                bucket, key = split(urls[-1])
                s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())
        return urls

    @contextmanager
    def _lake(self, s3: Any, tables: Tables) -> Iterator[duckdb.DuckDBPyConnection]:
        """Every table as it is in the bucket now, and the views over them."""
        try:
            with duckdb.connect(config={"threads": 1}) as connection:
                connection.execute("set timezone = 'UTC'")
                for (database, name), table in sorted(tables.items(), key=lambda item: bool(item[1].view)):
                    body = table.view or self._reading(s3, table)
                    if body:
                        connection.execute(f'create schema if not exists "{database}"')
                        connection.execute(f'create view "{database}"."{name}" as {body}')
                yield connection
        except (duckdb.Error, sqlglot.errors.SqlglotError) as error:
            raise TrinoError(f"GENERIC_USER_ERROR: {error}") from error

    def _reading(self, s3: Any, table: Catalogued) -> str:
        paths = [str(path) for path, _ in self._objects(s3, table)]
        kinds = ", ".join(f"'{column}': varchar" for column in table.partitions)
        hive = f"hive_partitioning = true, hive_types = {{{kinds}}}" if kinds else "hive_partitioning = false"
        return f"select * from read_parquet({paths!r}, {hive})" if paths else ""

    def _objects(self, s3: Any, table: Catalogued) -> Iterator[tuple[Path, str]]:
        """The objects of a table, on this disk."""
        bucket, prefix = split(table.location)
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for one in page.get("Contents", ()):
                inside = one["Key"][len(prefix) :].lstrip("/").lower()
                if any(f"={month}" in inside for month in table.unknown):
                    continue
                path = Path(self._folder.name) / one["ETag"].strip('"') / inside
                if not path.exists():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read())
                yield path, inside


def split(url: str) -> tuple[str, str]:
    """Bucket and key."""
    parts = urlsplit(url)
    return parts.netloc, parts.path.lstrip("/")


def _translated(text: str) -> str:
    checked = trino_sql_validator.validate(text, jinja="reject")
    if not checked.valid or checked.unknown_functions or checked.unknown_types:
        raise TrinoError(f"SYNTAX_ERROR: {checked.error or checked.warnings}")
    [translated] = sqlglot.transpile(text, read="trino", write="duckdb")
    return translated
