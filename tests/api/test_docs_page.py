"""The page at /docs shows every route and loads nothing."""

from __future__ import annotations

from app.api.docs import page

DOCUMENT = {
    "info": {"title": "T", "version": "1"},
    "paths": {
        "/a/{b}": {
            "get": {
                "tags": ["first"],
                "summary": "Reads <b>",
                "description": "All of it",
                "parameters": [{"name": "b", "in": "path", "description": "which"}],
            }
        },
        "/c": {"put": {"tags": ["second"], "summary": "Writes"}},
    },
}


def test_every_route_is_shown() -> None:
    found = page(DOCUMENT)
    for text in ("GET", "/a/{b}", "All of it", "which", "PUT", "/c", "Writes", "<h2>first</h2>", "<h2>second</h2>"):
        assert text in found


def test_texts_are_escaped() -> None:
    assert "Reads &lt;b&gt;" in page(DOCUMENT)


def test_nothing_is_loaded_from_elsewhere() -> None:
    assert "http" not in page(DOCUMENT)
    assert "<script" not in page(DOCUMENT)
