"""Read the project's dependencies from requirements/base.in, so that they are declared once.

https://hatch.pypa.io/latest/plugins/metadata-hook/custom/
"""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class RequirementsHook(MetadataHookInterface):
    """Fill ``dependencies`` of the package's metadata."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set ``dependencies`` to the requirement lines of base.in, comments left out."""
        lines = (Path(self.root) / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()
        metadata["dependencies"] = [line for line in lines if line.strip() and not line.startswith("#")]
