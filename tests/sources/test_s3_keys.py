"""Keys of objects are data: they stay in the mirror, off the terminal, and apart from each other."""

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from finops_tui.sources import s3, s3_place
from finops_tui.sources.s3_access import Access
from tests.sources import bills
from tests.sources.s3_server import Bucket, Request, billed

if TYPE_CHECKING:
    from finops_tui.sources.model import Progress


HOSTILE = (
    "focus/../../../escape.csv",
    "focus/..%2F..%2Fescape.csv",
    "/focus/absolute.csv",
    "focus//double.csv",
    "focus/\x1b]0;owned\x07.csv",
    "focus/line\nbreak.csv",
    "focus/back\\slash.csv",
    "focus/%2E%2E/x.csv",
    "focus/\u202egpj.csv",
    "focus/'; DROP TABLE lines; --.csv",
    "focus/[glob]*?.csv",
    f"focus/{'long' * 100}.csv",
    "focus/.hidden.csv",
)
HIDDEN = [key for key in HOSTILE if "/." in key]


def test_hostile_keys_stay_in_the_mirror_and_off_the_terminal(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    body = bills.text([bills.focus(BilledCost="1")]).encode()
    listed = "".join(
        f"<Contents><Key>{quote(key, safe='')}</Key><LastModified>2025-04-01T00:00:00.000Z</LastModified>"
        f"<ETag>&quot;{number}&quot;</ETag><Size>{len(body) + number}</Size></Contents>"
        for number, key in enumerate(HOSTILE)
    )
    page = f"<ListBucketResult><EncodingType>url</EncodingType>{listed}</ListBucketResult>".encode()

    def hostile(request: Request) -> tuple[str, list[tuple[str, str]], bytes]:
        if "list-type" in request.query:
            return "200 OK", [("Content-Type", "application/xml")], page
        number = int(request.match.strip('"'))  # every file is another one
        return "200 OK", [("ETag", request.match)], body + b"\n" * number

    bucket.server.fault = hostile
    told: list[Progress] = []
    cache = tmp_path / "cache"
    fetched = s3.fetch(bucket.url(), access, cache, progress=told.append)
    assert len(list(tmp_path.rglob("*.csv"))) == len(HOSTILE) - len(HIDDEN)
    assert all(step.file.isprintable() for step in told)
    assert all(path.is_relative_to(cache) for path in tmp_path.rglob("*.csv"))
    assert not [path for path in tmp_path.rglob("*") if not path.name.isprintable()]
    assert billed(tmp_path, fetched) == len(HOSTILE) - len(HIDDEN)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60) | st.lists(
    st.sampled_from(["..", ".", "", "a", "%2E", "%", "\\", "/", "a.csv", "\x00", "x" * 300]), min_size=1
).map("/".join))  # fmt: skip
def test_no_key_leads_out_of_the_mirror(key: str) -> None:
    name = s3_place.local_name(key)
    if name is None:
        return
    parts = name.split("/")
    assert not {"", ".", ".."} & set(parts)
    assert all(len(part.encode()) <= 255 and part.isprintable() and "\\" not in part for part in parts)
    folder = Path("/mirror")
    assert Path(os.path.normpath(folder / name)) == folder / name
    assert (folder / name).is_relative_to(folder)


@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), min_size=2, max_size=2, unique=True
    )
)
def test_no_two_keys_share_a_file(keys: list[str]) -> None:
    first, second = map(s3_place.local_name, keys)
    assert first is None or second is None or first != second


def test_prefixes_cannot_lead_out_either() -> None:
    place = s3_place.parse("s3://bucket/../../etc")
    assert ".." not in place.folder.split("/")


def test_objects_that_a_disk_cannot_tell_apart_are_refused(
    bucket: Bucket, access: Access, tmp_path: Path
) -> None:
    for key in ("focus/a.csv", "focus/A.csv", "focus/b.csv", "focus/b.csv/c.csv"):
        bucket.put(key, bills.text([bills.focus(BilledCost="1", ResourceId=key)]))
    fetched = s3.fetch(bucket.url("focus"), access, tmp_path)
    assert sorted(one.file.rpartition("/")[2] for one in fetched.refused) == ["a.csv", "b.csv"]
