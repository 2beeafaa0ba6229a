"""The API server's audit log: who called what, and when. The truth about calls, since the server wrote it."""
import collections
import datetime
import json

from harness.checks import Unreadable, wait_for


class Audit:
    def __init__(self, log):
        self.log = log
        self.offset = 0

    def mark(self):
        """From here on."""
        self.offset = self.log.stat().st_size if self.log.exists() else 0

    def entries(self, user=""):
        """Finished calls since the mark, oldest first; of users whose name contains `user`."""
        return [e for e in self.parsed() if e["stage"] == "ResponseComplete" and user in e["user"]["username"]]

    def started_watches(self, user):
        return [e for e in self.parsed() if e["stage"] == "ResponseStarted" and user in e["user"]["username"]]

    def parsed(self):
        try:
            with open(self.log, encoding="utf-8") as log:
                log.seek(self.offset)
                return [json.loads(line) for line in log if line.endswith("\n")]
        except OSError as error:
            raise Unreadable(f"the API server's audit log cannot be read: {error}") from error

    def await_rest(self, user, still=2, seconds=40):
        """Until the user has made no call for `still` seconds, leases and watches apart. Answers (came to rest, its last call)."""
        began = datetime.datetime.now(datetime.timezone.utc)

        def probe():
            calls = [e for e in self.entries(user) if e["verb"] != "watch" and reference(e).get("resource") != "leases"]
            last = max([began, *(instant(e["stageTimestamp"]) for e in calls)])
            return (datetime.datetime.now(datetime.timezone.utc) - last).total_seconds() >= still, what(calls[-1]) if calls else "none"
        return wait_for(seconds, probe)


def reference(entry):
    return entry.get("objectRef", {})


def code(entry):
    return entry.get("responseStatus", {}).get("code", 0)


def created(entries, resource):
    """Names that a create of this resource was answered with 201 for, one for each answer."""
    return [reference(e).get("name") for e in entries if e["verb"] == "create" and reference(e).get("resource") == resource and code(e) == 201]


def cut_off(entries, resource):
    """Names in creates whose caller was gone before the answer (504): each may have been made or not."""
    return {reference(e).get("name") for e in entries if e["verb"] == "create" and reference(e).get("resource") == resource and code(e) == 504}


def what(entry):
    """`patch pipelineruns/status`"""
    ref = reference(entry)
    return f"{entry['verb']} {ref.get('resource', entry.get('requestURI', '?'))}" + (f"/{ref['subresource']}" if "subresource" in ref else "")


def tally(entries):
    return collections.Counter(what(e) for e in entries)


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
