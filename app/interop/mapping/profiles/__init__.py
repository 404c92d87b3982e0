"""The mapping profiles that come with the service.

docs/profiles.md
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from app.interop.mapping.loading import LoadedProfile, load


@cache
def documents() -> dict[tuple[str, int], tuple[str, LoadedProfile]]:
    """Every profile that comes with the service, as its text and what was read from it, by id and version.

    ValueError where two documents bear one id and version.
    """
    folder = resources.files(__package__)
    texts = [item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".yaml")]
    read = [(text, load(text.encode())) for text in texts]
    found = {(loaded.profile.profile, loaded.profile.version): (text, loaded) for text, loaded in read}
    if len(found) != len(texts):
        raise ValueError("two shipped profiles have one id and version")
    return dict(sorted(found.items()))
