#!/usr/bin/env python3
"""`inventory.py` with one promise broken, so that it can be seen that `banyan conform` names it.

    python3 tests/foreign/broken.py oversells --opening opening.csv
"""

import contextlib
import sys
import time

import inventory
from inventory import Ports, Refused, Service, Stock, Tokens


class IgnoresIdempotency(Service):
    """Takes a repeated hold for a new one."""

    class Stock(Stock):
        def hold(self, order, lines, until, actor, unpaid=False):
            if order in self.claims and self.claims[order].status == "held":
                del self.claims[order]
            return super().hold(order, lines, until, actor, unpaid)


class Oversells(Service):
    """Looks, and takes a moment later, without a lock between."""

    class Stock(Stock):
        def __init__(self, events):
            super().__init__(events)
            self.lock = contextlib.nullcontext()

        def shortage(self, demand):
            missing = super().shortage(demand)
            time.sleep(0.05)
            return missing


class TakesSome(Service):
    """Holds the lines that can be met, and forgets to say that others cannot."""

    class Stock(Stock):
        def hold(self, order, lines, until, actor, unpaid=False):
            met = [line for line in lines if not self.shortage({line["sku"]: line["quantity"]})]
            return super().hold(order, met, until, actor, unpaid)


class ForgetsReleases(Service):
    """Lets a hold in that arrives after its order was given up."""

    class Stock(Stock):
        def release(self, order, actor, reason=None):
            super().release(order, actor, reason)
            del self.claims[order]


class AnswersLate(Service):
    """Commits, and answers after the caller has stopped waiting."""

    class Ports(Ports):
        def commit(self, order):
            super().commit(order)
            time.sleep(2)


class DropsFields(Service):
    """Does not say until when it holds."""

    class Ports(Ports):
        def hold(self, hold):
            return {"order": super().hold(hold)["order"]}


class RefusesInItsOwnWords(Service):
    """Says no with a word that the port does not have."""

    class Ports(Ports):
        def hold(self, hold):
            try:
                return super().hold(hold)
            except Refused as refused:
                refused.document = refused.document | {"refusal": "sold-out", "code": "sold-out",
                                                       "type": "urn:banyan:stock:sold-out"}
                raise


class AcceptsAnyToken(Service):
    """Wants a token, whatever it says."""

    class Tokens(Tokens):
        def verify(self, authorization):
            if not authorization:
                raise self.refused("the call has no service token")


class IgnoresDeadlines(Service):
    """Begins a call whose deadline has passed."""

    class Ports(Ports):
        @staticmethod
        def in_time(left_ms):
            pass


class TakesUnknownFields(Service):
    """Reads what it knows of a call, and passes over the rest."""

    class Ports(Ports):
        def arguments(self, method, arguments):
            return super().arguments(method, {self.ARGUMENTS[method]: arguments[self.ARGUMENTS[method]]})


class AnotherContract(Service):
    """Was written for another version of the port."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.contract_hash = "0" * 64


class KeepsEventsToItself(Service):
    """Has a feed that is always empty, even for a reader who knows better."""

    class Ports(Ports):
        def feed(self):
            return {"source": "inventory", "head": 0, "events": []}


FAULTS = {
    "ignores-idempotency": IgnoresIdempotency,
    "oversells": Oversells,
    "takes-some": TakesSome,
    "forgets-releases": ForgetsReleases,
    "answers-late": AnswersLate,
    "drops-fields": DropsFields,
    "refuses-in-its-own-words": RefusesInItsOwnWords,
    "accepts-any-token": AcceptsAnyToken,
    "ignores-deadlines": IgnoresDeadlines,
    "takes-unknown-fields": TakesUnknownFields,
    "another-contract": AnotherContract,
    "keeps-events-to-itself": KeepsEventsToItself,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in FAULTS:
        sys.exit(f"usage: broken.py {{{','.join(FAULTS)}}} …")
    inventory.main(FAULTS[sys.argv[1]], sys.argv[2:])
