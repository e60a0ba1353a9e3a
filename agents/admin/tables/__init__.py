"""People and quick responses as CSV files: exported, and imported after a look that names line and column of what is wrong.

`reading` reads a file, `people` and `quick_responses` know their columns, `page` has the pages beside a list of the admin.
"""

from __future__ import annotations

from .page import TableAdmin
from .people import PeopleTable
from .quick_responses import QuickResponseTable

__all__ = ["PeopleTable", "QuickResponseTable", "TableAdmin"]
