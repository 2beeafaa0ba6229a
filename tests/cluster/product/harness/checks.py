"""Counting what holds: a line per assertion, and a closing line `N passed, N failed`."""
import sys
import time
import traceback


class Checks:
    """Assertions are sentences. A failed one is counted and told; the story goes on unless `must` asked for it."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def that(self, sentence, holds, detail=""):
        if holds:
            self.passed += 1
            print(f"ok      {sentence}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED  {sentence}", flush=True)
            for line in str(detail).splitlines()[:30]:
                print(f"        {line}", flush=True)
        return bool(holds)

    def equal(self, sentence, wanted, got):
        return self.that(sentence, wanted == got, f"wanted: {wanted}\ngot:    {got}")

    def eventually(self, sentence, seconds, probe):
        """probe() answers (holds, detail) and is asked again until it holds or the time is over."""
        holds, detail = wait_for(seconds, probe)
        return self.that(sentence, holds, f"not within {seconds} s\n{detail}")

    def must(self, sentence, holds, detail=""):
        """As `that`, but what follows makes no sense without it."""
        if not self.that(sentence, holds, detail):
            raise StoryOver(sentence)

    def must_eventually(self, sentence, seconds, probe):
        holds, detail = wait_for(seconds, probe)
        self.must(sentence, holds, f"not within {seconds} s\n{detail}")

    def conclude(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0


class StoryOver(Exception):
    """The rest of a story cannot be told."""


class Unreadable(Exception):
    """A log that a story counts in is not there: the cluster's folder was removed while the story ran."""


def wait_for(seconds, probe, pause=0.1):
    deadline = time.monotonic() + seconds
    while True:
        holds, detail = probe()
        if holds or time.monotonic() >= deadline:
            return holds, detail
        time.sleep(pause)


def tell(checks, *stories):
    """Runs stories in order; one that breaks off is counted as failed and the next is still told."""
    for story in stories:
        try:
            story()
        except StoryOver as over:
            print(f"        {story.__name__} ends here: {over}", flush=True)
        except Unreadable as unreadable:
            checks.that(f"{story.__name__} can read what it judges", False, unreadable)
        except Exception:  # a harness that breaks must not look like a product that works
            checks.that(f"{story.__name__} runs to its end", False, traceback.format_exc())


def closed(ledger):
    """Where files move, everything read is accounted for; SQL says what it read, table by table."""
    ledger = ledger or {}
    if "filtered" not in ledger:
        return ledger.get("in", 0) == sum(table["rows"] for table in ledger.get("inputs", []))
    return ledger.get("in", 0) == ledger.get("out", 0) + ledger.get("quarantined", 0) + ledger["filtered"]


def figure(name, value, goal=""):
    """One measured figure, with the goal that it stands beside."""
    print(f"figure  {name}: {value}" + (f" (goal {goal})" if goal else ""), flush=True)


def quantile(values, percent):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def note(text):
    print(f"--      {text}", file=sys.stdout, flush=True)
