"""Real processes to be killed: `python -m tests.killing` forks one for each line that it reads.

It says 0 when it is ready. A line is JSON: the name of a scenario of `tests.scenarios`, the folder
it works in, and the fault point at which it is killed, with the pass that counts; without one it
runs to its end, unless somebody kills it. The answer is a line with the process's id, and one with
its exit status, to be answered with an empty line. What a scenario confirms is a line each
in the file `confirmed` of its folder.

The imports are done once, and no thread and no database is open when it forks: so a process costs
milliseconds.
"""

import json
import os
import signal
import sys
import traceback
from pathlib import Path

from store import fault_points
from tests.scenarios import SCENARIOS


def _work(scenario: str, place: str, point: str | None, times: int) -> None:
    passes = 0

    def reached(step: str) -> None:
        nonlocal passes
        if step == point:
            passes += 1
            if passes == times:
                os.kill(os.getpid(), signal.SIGKILL)

    fault_points.reached = reached
    confirmed = os.open(Path(place) / "confirmed", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    SCENARIOS[scenario].work(
        Path(place), lambda line: os.write(confirmed, f"{line}\n".encode()) and None
    )


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    _answer(0)  # ready
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                _work(*json.loads(line))
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        _answer(child)
        ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)  # its id stays its own
        assert ended is not None
        _answer(ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)
        sys.stdin.readline()  # an empty line: nobody will kill it any more
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
