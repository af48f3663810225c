"""How often something may be tried: token buckets in this process's memory, a bounded number of them."""

from collections import OrderedDict
from dataclasses import dataclass, field
from math import ceil


@dataclass(slots=True)
class Buckets:
    """A bucket per key, full at first: each try takes a token, and `refill_seconds` bring one back.

    Beyond `most_keys` the bucket that was used longest ago is forgotten; by then it is likely full again.
    """

    size: int
    refill_seconds: float
    most_keys: int = 10_000
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait(self, key: str, *, at: float) -> int:
        """Take a token: 0 when there was one, else after how many seconds there is one. `at` is a clock in seconds."""
        level, since = self._levels.pop(key, (float(self.size), at))
        level = min(float(self.size), level + max(0.0, at - since) / self.refill_seconds)
        has_one = level >= 1
        self._levels[key] = (level - 1 if has_one else level, at)
        if len(self._levels) > self.most_keys:
            self._levels.popitem(last=False)
        return 0 if has_one else max(1, ceil((1 - level) * self.refill_seconds))
