"""JSON that nobody writes: whatever is in a document, its records are found or it is refused in words."""

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finops_tui.sources import anthropic, json_text, openai
from finops_tui.sources.headers import HeaderError

Records = Callable[[Any], Iterable[Mapping[str, Any]] | None]

KEYS = st.sampled_from(
    ("object", "data", "results", "result", "starting_at", "ending_at", "start_time", "has_more", "amount", "cost_type", "x")
)  # fmt: skip
WORDS = st.sampled_from(
    ("page", "bucket", "organization.costs.result", "organization.usage.x.result", "", "1.5")
)
LEAVES = st.none() | st.booleans() | WORDS | st.builds(json_text.Number, WORDS)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


def page(documents: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Documents that begin like a page of either API, with anything inside."""
    bucket = st.fixed_dictionaries(
        {"object": st.just("bucket"), "starting_at": documents, "results": st.lists(documents, max_size=3)},
        optional={"start_time": documents},
    )
    return st.fixed_dictionaries(
        {"object": st.just("page"), "data": st.lists(bucket, max_size=3)}, optional={"has_more": documents}
    )


@pytest.mark.parametrize("records", [openai.records, anthropic.records])
@given(document=DOCUMENTS | page(DOCUMENTS) | st.lists(page(DOCUMENTS), max_size=2))
@settings(max_examples=150, deadline=None)
def test_records_are_objects_or_the_document_is_refused(records: Records, document: Any) -> None:
    with contextlib.suppress(HeaderError):
        found = records(document)
        assert all(isinstance(record, dict) for record in found or ())


@given(st.lists(DOCUMENTS, min_size=1, max_size=4), st.sampled_from(("\n", "", " ", "\n\n")))
@settings(max_examples=150, deadline=None)
def test_documents_one_after_the_other_are_told_apart(documents: list[Any], between: str) -> None:
    plain = [json.loads(json.dumps(document)) for document in documents]
    written = between.join(json.dumps([document], indent=1) for document in plain)
    assert list(json_text._documents(written.encode())) == [[document] for document in plain]
