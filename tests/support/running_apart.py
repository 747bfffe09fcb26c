"""A process that continues a bulk run, for tests that kill it.

python -m tests.support.running_apart ADDRESS ID  prints the number of finished rows after each row
"""

from __future__ import annotations

import sys

from partnerdesk.models.database.store import Store
from partnerdesk.models.operations.bulk import go_on
from partnerdesk.models.settings.database_url import parse
from tests.support.books import NOW, TESTER
from tests.support.forms import account_in

if __name__ == "__main__":
    store = Store(parse(sys.argv[1]))

    def tell(done: int, _total: int) -> bool:
        print(done, flush=True)
        return True

    go_on(store, int(sys.argv[2]), account_in(store), TESTER, lambda: NOW, tell)
