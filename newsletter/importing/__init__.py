"""Members from files (CSV, XLSX): checked first, done by a worker in slices, undone if wished; never brings back who left.

`tables` and `sheets` read files, `layout` and `columns` know what the columns mean, `values` what the cells mean;
`planning` tells what each row would do, `applying` does it, `undoing` takes it back; `work` is the duty, `desk` what
an editor decides, `keeping` how long it lasts.
"""

from newsletter.importing.atonce import Report, import_members
from newsletter.importing.refusals import Unreadable, WrongState
from newsletter.importing.work import import_due

__all__ = ["Report", "Unreadable", "WrongState", "import_due", "import_members"]
