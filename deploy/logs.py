"""Log lines for machines: one JSON object per line (`LOG_FORMAT=json`)."""

import json
import logging
from datetime import UTC, datetime


class JSONLine(logging.Formatter):
    """Formats a record as one line of JSON with time, level, logger, message and, where there is one, traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
