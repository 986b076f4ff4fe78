"""What the benchmarks read of the processes that they measure."""

from __future__ import annotations

import os
import time

from benchmarks.nodes import _cpu_s


def test_processor_time_of_a_process_is_what_it_says_itself() -> None:
    before = time.process_time()
    told = _cpu_s(os.getpid())
    assert before - 0.02 <= told <= time.process_time() + 0.02  # The system counts in hundredths.
