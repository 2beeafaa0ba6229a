"""The processes of pods as the machine that is the node sees them: to kill the right one at the right moment."""
import os
import pathlib
import signal
import time

PROC = pathlib.Path("/proc")


def pid_of(pod_uid, program, known=()):
    """Process id of `program` inside the pod, or None. The kernel keeps 15 characters of a program's name."""
    for entry in os.listdir(PROC):
        if not entry.isdigit() or entry in known:
            continue
        try:
            if (PROC / entry / "comm").read_text().strip() != program[:15]:
                continue
            if pod_uid in (PROC / entry / "cgroup").read_text():
                return int(entry)
        except OSError:
            continue
    return None


def await_process(pod_uid, program, seconds):
    deadline = time.monotonic() + seconds
    # What ran before cannot be it; not looking at it again makes each look cheap.
    before = {entry for entry in os.listdir(PROC) if entry.isdigit()}
    found = pid_of(pod_uid, program)
    while found is None and time.monotonic() < deadline:
        found = pid_of(pod_uid, program, before)
        time.sleep(0.0005)
    return found


def send(pid, number):
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False


def pending(pid, number):
    """Has the stopped process been sent that signal?"""
    try:
        status = (PROC / str(pid) / "status").read_text()
    except OSError:
        return True
    masks = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith(("SigPnd:", "ShdPnd:"))]
    return any(mask >> (number - 1) & 1 for mask in masks)


def await_work(pid, seconds=10):
    """Until the runner has blocked SIGTERM, which is the first thing that it does. Before that the kernel drops the signal:
    a container's first process has no default handler."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            status = (PROC / str(pid) / "status").read_text()
        except OSError:
            return False
        blocked = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigBlk:"))
        if blocked >> (signal.SIGTERM - 1) & 1:
            return True
    return False


def log_entries(table):
    """File names in a table's log."""
    try:
        return {name for name in os.listdir(table / "_delta_log") if name.endswith(".json") and not name.startswith(".")}
    except FileNotFoundError:
        return set()


def has_data(folder):
    try:
        return any(name.endswith(".parquet") and not name.startswith(".") for name in os.listdir(folder))
    except FileNotFoundError:
        return False


def stop_between_data_and_log(pid, table, part, seconds=20):
    """Stops (SIGSTOP) the runner when its data file is there and its log entry is not. False when it was past that already."""
    before = log_entries(table)
    deadline = time.monotonic() + seconds
    while not has_data(part):
        if time.monotonic() > deadline or not send(pid, 0):
            return False
        time.sleep(0.0002)
    if not send(pid, signal.SIGSTOP):
        return False
    if log_entries(table) == before:
        return True
    send(pid, signal.SIGCONT)
    return False


def memory_limit(pid):
    """The file that holds the memory limit of the process's container, and the one that holds its use."""
    for line in (PROC / str(pid) / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            folder = pathlib.Path("/sys/fs/cgroup/memory" + path)
            return folder / "memory.limit_in_bytes", folder / "memory.usage_in_bytes"
        if controllers == "" and pathlib.Path("/sys/fs/cgroup" + path, "memory.max").exists():
            folder = pathlib.Path("/sys/fs/cgroup" + path)
            return folder / "memory.max", folder / "memory.current"
    raise FileNotFoundError(f"process {pid} is in no control group of memory")


def starve(pid):
    """Leaves the stopped process no memory beyond what it has; what it asks for next is its end, by the kernel."""
    limit, use = memory_limit(pid)
    limit.write_text(str(int(use.read_text()) + (512 << 10)))
    send(pid, signal.SIGCONT)
