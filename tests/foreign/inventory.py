#!/usr/bin/env python3
"""Inventory once more, in another language and in memory: what a module needs that is written elsewhere.

It serves the `stock` port (openapi/ports/stock.v1.json) and its events (openapi/events/inventory.v1.json) to the store's
processes, and inventory's public routes (openapi/store.v1.json) to the store's facade. It learns of new SKUs, and of
orders that end, from the store's own events. Python's standard library is all that it needs:

    . ./shop.env && python3 tests/foreign/inventory.py --store http://127.0.0.1:7080

Everything is forgotten when it ends: it is an example, and the far side of tests.
"""

import argparse
import base64
import collections
import csv
import dataclasses
import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import re
import threading
import time
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timezone

MODULE = "inventory"
CONTRACT = pathlib.Path(__file__).resolve().parents[2] / "openapi" / "ports" / "stock.v1.json"
SKU = re.compile(r"[A-Za-z0-9._-]([A-Za-z0-9._ -]{0,62}[A-Za-z0-9._-])?")
LONGEST_BODY = 1024 * 1024
MOST = 1 << 62


class Refused(Exception):
    """Why there is no answer: a problem document (RFC 9457). `whose` is `problem`, or the port whose refusal it is."""

    def __init__(self, status, code, detail, whose="problem", headers=(), **fields):
        super().__init__(detail)
        self.status, self.headers = status, dict(headers)
        self.document = fields | {
            "type": f"urn:banyan:{whose}:{code}", "title": code.replace("-", " "), "status": status,
            "detail": detail, "code": code,
        }


def no(status, code, detail, **fields):
    """A refusal of the port's own, with the fields that its schema names."""
    return Refused(status, code, detail, whose="stock", refusal=code, **fields)


# --- tokens: how the processes of one store know each other


class Tokens:
    """HS256 over the service key, five minutes old at most, for one module. `keys` are the current and the previous."""

    LIFETIME, LEEWAY = 300, 60

    def __init__(self, keys):
        self.keys = [key.encode() for key in keys if key]

    def bearer(self, audience):
        now = int(time.time())
        claims = {"iss": "inventory.py", "aud": audience, "iat": now, "exp": now + self.LIFETIME}
        text = f"{self.encode({'alg': 'HS256', 'typ': 'banyan-service+jwt'})}.{self.encode(claims)}"
        return f"Bearer {text}.{self.signature(self.keys[0], text)}"

    def verify(self, authorization):
        scheme, _, token = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or len(token) > 4096:
            raise self.refused("the call has no service token")
        try:
            text, signature = token.strip().rsplit(".", 1)
            header, claims = (json.loads(self.decode(part)) for part in text.split("."))
            lifetime, age = claims["exp"] - claims["iat"], time.time() - claims["iat"]
            late = time.time() - claims["exp"]
        except (ValueError, KeyError, TypeError):
            raise self.refused("the service token is not a service token of this store") from None
        if header.get("alg") != "HS256" or header.get("typ") != "banyan-service+jwt":
            raise self.refused("the service token is not a service token of this store")
        signed = [hmac.compare_digest(signature, self.signature(key, text)) for key in self.keys]
        if not any(signed):
            raise self.refused("the service token was not signed with a key that is known here")
        if claims.get("aud") != MODULE:
            raise self.refused(f"the service token is for `{claims.get('aud')}`, not for `{MODULE}`")
        if lifetime > self.LIFETIME or age < -self.LEEWAY or late > self.LEEWAY:
            raise self.refused("the service token is too old or too young: compare the clocks of both sides")

    @staticmethod
    def refused(detail):
        return Refused(401, "unauthenticated", detail, headers={"WWW-Authenticate": "Bearer"})

    @staticmethod
    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    @staticmethod
    def decode(part):
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    @staticmethod
    def signature(key, text):
        code = hmac.new(key, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(code).rstrip(b"=").decode()


def contract_hash(document):
    """What a caller compares before it calls: SHA-256 over the port's document without prose and time limits."""

    def promise(value, names=False):
        prose = () if names else ("description", "summary", "example", "examples", "x-banyan-timeout-ms")
        if isinstance(value, dict):
            return {
                name: promise(member, not names and name in ("properties", "schemas"))
                for name, member in value.items() if name not in prose
            }
        return [promise(item) for item in value] if isinstance(value, list) else value

    text = json.dumps(promise(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# --- the log of events, which others read


class Log:
    """The log that `GET /feeds/inventory` reads: events with positions from 1, without a gap."""

    def __init__(self):
        self.events, self.versions, self.changed = [], collections.Counter(), threading.Condition()

    def tell(self, event_type, stream, data):
        with self.changed:
            self.versions[stream] += 1
            self.events.append({
                "specversion": "1.0", "id": str(uuid.uuid4()), "source": MODULE, "type": event_type, "time": now(),
                "stream": stream, "streamversion": self.versions[stream], "position": len(self.events) + 1,
                "data": data,
            })
            self.changed.notify_all()

    def page(self, after, after_id, limit, wait_ms):
        with self.changed:
            self.changed.wait_for(lambda: len(self.events) != after, wait_ms / 1000)
            head = len(self.events)
            if after > head or (after_id and after and self.events[after - 1]["id"] != after_id):
                detail = f"the log does not have the event {after} that was read"
                raise Refused(409, "feed-went-back", detail, position=after, head=head)
            return {"source": MODULE, "head": head, "events": self.events[after:after + limit]}


# --- stock: what there is, who claims it, and how it came to be so


@dataclasses.dataclass
class Level:
    on_hand: int = 0
    held: int = 0
    committed: int = 0
    threshold: int = 5
    ledger: list = dataclasses.field(default_factory=list)

    @property
    def available(self):
        return self.on_hand - self.held - self.committed


@dataclasses.dataclass
class Claim:
    status: str
    until: str | None = None
    lines: dict = dataclasses.field(default_factory=dict)
    outstanding: dict = dataclasses.field(default_factory=dict)
    unpaid: bool = False
    shortage: list = dataclasses.field(default_factory=list)
    created: str = dataclasses.field(default_factory=lambda: now())

    @property
    def has_lapsed(self):
        return self.status == "held" and moment(self.until) < datetime.now(timezone.utc)


class Stock:
    """One lock stands around every change, so what is looked up is still so when it is taken."""

    def __init__(self, log):
        self.lock, self.log = threading.RLock(), log
        self.levels, self.claims = {}, {}

    def hold(self, order, lines, until, actor, unpaid=False):
        demand = collections.Counter()
        for line in lines:
            if line["quantity"] < 1:
                raise no(422, "invalid-quantity", "a quantity must be at least 1", sku=line["sku"])
            demand[line["sku"]] += line["quantity"]
        with self.lock:
            known = self.claims.get(order)
            if known and known.has_lapsed:
                self.end(order, "expire", "expired", actor)
            if known and known.status != "expired":
                if unpaid and known.status == "held" and not known.unpaid:
                    self.share(order, known.outstanding)
                    known.unpaid = True
                return self.again(order, known)
            missing = self.shortage(demand)
            if missing:
                self.claims[order] = Claim("refused", shortage=missing)
                raise no(409, "out-of-stock", "there is not enough stock", lines=missing)
            if unpaid:
                self.share(order, demand)
            self.claims[order] = Claim("held", until, dict(demand), dict(demand), unpaid=unpaid)
            self.move("hold", order, actor, demand, held=1)
            return {"order": order, "until": until}

    def share(self, order, demand):
        """Refuses what would make orders that are not paid for hold more than half of a SKU, or its last unit twice."""
        held, crowded = collections.Counter(), []
        for other, claim in self.claims.items():
            if other != order and claim.status == "held" and claim.unpaid:
                held.update(claim.outstanding)
        for sku, units in sorted(demand.items()):
            sellable = self.levels[sku].available + self.levels[sku].held
            room = max(max(sellable // 2, 1) - held[sku], 0)
            if units > room:
                crowded.append({"sku": sku, "requested": units, "available": min(room, sellable)})
        if crowded:
            raise no(409, "held-by-unpaid-orders", "orders that are not paid for hold as much as they may", lines=crowded)

    @staticmethod
    def again(order, claim):
        if claim.status == "released":
            raise no(409, "released", f"order {order} has given its stock back", order=order)
        if claim.status == "refused":
            raise no(409, "out-of-stock", "there is not enough stock", lines=claim.shortage)
        return {"order": order, "until": claim.until}

    def commit(self, order, actor):
        with self.lock:
            claim = self.claims.get(order)
            if claim is None or claim.status == "refused":
                raise no(409, "not-held", f"order {order} holds no stock", order=order)
            if claim.status == "released":
                raise no(409, "released", f"order {order} has given its stock back", order=order)
            if claim.status == "expired" and (missing := self.shortage(claim.outstanding)):
                raise no(409, "out-of-stock", "there is not enough stock", lines=missing)
            if claim.status != "committed":
                freed = -1 if claim.status == "held" else 0
                claim.status = "committed"
                self.move("commit", order, actor, claim.outstanding, held=freed, committed=1)

    def release(self, order, actor, reason=None):
        with self.lock:
            if order in self.claims:
                self.end(order, "release", "released", actor, reason)
            else:
                self.claims[order] = Claim("released")

    def available(self, skus):
        with self.lock:
            known = [sku for sku in dict.fromkeys(skus) if sku in self.levels]
            return [{"sku": sku, "available": self.levels[sku].available} for sku in known]

    def introduce(self, sku, units):
        with self.lock:
            if sku not in self.levels:
                self.levels[sku] = Level()
                self.move("opening", None, "system:catalog", {sku: units}, on_hand=1)

    def adjust(self, sku, units_of, reason):
        with self.lock:
            level = self.level(sku)
            units = units_of(level)
            if units < 0 and level.available + units < 0:
                detail = f"only {level.available} of the {level.on_hand} units of {sku} are free"
                raise Refused(409, "stock-claimed", detail)
            told = {"sku": sku, "delta": units, "on_hand": level.on_hand + units, "reason": reason}
            self.log.tell("stock.adjusted.v1", sku, told)
            self.move("adjust", None, "admin", {sku: units}, reason, on_hand=1)

    def fulfil(self, order, lines, actor):
        with self.lock:
            claim = self.claims[order]
            part = claim.status if claim.status in ("held", "committed") else None
            sent = {line["sku"]: line["quantity"] for line in lines}
            for sku, units in sent.items():
                claim.outstanding[sku] -= units
            self.move("fulfil", order, actor, sent, on_hand=-1, **({part: -1} if part else {}))

    def take_back(self, order, lines, restock, reason, actor):
        with self.lock:
            claim = self.claims[order]
            part = claim.status if claim.status in ("held", "committed") else None
            for line in lines:
                sku, kept = line["sku"], line["quantity"] - line["shipped"]
                claim.outstanding[sku] -= kept
                self.move("return", order, actor, {sku: kept}, reason, **({part: -1} if part else {}))
                self.move("return", order, actor, {sku: line["shipped"] if restock else -kept}, reason, on_hand=1)

    def sweep(self):
        with self.lock:
            for order in [order for order, claim in self.claims.items() if claim.has_lapsed]:
                self.end(order, "expire", "expired", "system:inventory")
                self.log.tell("hold.expired.v1", order, {"order": order})

    def level(self, sku):
        if sku not in self.levels:
            raise Refused(404, "unknown-sku", f"no stock is kept of {sku}")
        return self.levels[sku]

    def shortage(self, demand):
        free = {sku: self.levels[sku].available if sku in self.levels else 0 for sku in demand}
        return [
            {"sku": sku, "requested": units, "available": free[sku]}
            for sku, units in sorted(demand.items()) if units > free[sku]
        ]

    def end(self, order, kind, status, actor, reason=None):
        claim = self.claims[order]
        if claim.status in ("held", "committed"):
            self.move(kind, order, actor, claim.outstanding, reason, **{claim.status: -1})
        if claim.status != "refused":
            claim.status = status

    def move(self, kind, order, actor, units_of, reason=None, on_hand=0, held=0, committed=0):
        """The one way in which a level changes: with a row of its ledger, and an event when it has become low."""
        for sku, units in units_of.items():
            level, was_low = self.levels[sku], self.levels[sku].available < self.levels[sku].threshold
            if units == 0:
                continue
            parts = {"on_hand": on_hand * units, "held": held * units, "committed": committed * units}
            for part, delta in parts.items():
                setattr(level, part, getattr(level, part) + delta)
            level.ledger.append({
                "id": str(len(level.ledger) + 1), "kind": kind, "order": order, "reason": reason, "actor": actor,
                "at": now(), **{f"delta_{part}": delta for part, delta in parts.items()},
            })
            if level.available < level.threshold and not was_low:
                told = {"sku": sku, "available": level.available, "threshold": level.threshold}
                self.log.tell("stock.low.v1", sku, told)


# --- what the store tells: new SKUs, and orders that end


class Reader(threading.Thread):
    """Follows one feed of the store by long polls. Its place is kept with the data it leads to: here, in memory."""

    def __init__(self, service, source, react):
        super().__init__(daemon=True)
        self.service, self.source, self.react, self.position = service, source, react, 0

    def run(self):
        while True:
            try:
                self.read()
            except (OSError, ValueError, http.client.HTTPException) as error:
                print(f"the events of {self.source} cannot be read: {error}", flush=True)
                time.sleep(0.5)

    def read(self):
        query = {"after": self.position, "limit": 500, "wait_ms": 20_000, "consumer": MODULE}
        address = f"{self.service.store}/feeds/{self.source}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(address, headers={"Authorization": self.service.tokens.bearer(self.source)})
        with urllib.request.urlopen(request, timeout=30) as answer:
            page = json.load(answer)
        for event in page["events"]:
            try:
                self.react(event["type"], event["data"])
            except KeyError as unknown:
                print(f"passed over {event['type']} of {event['stream']}: nothing is known of {unknown}", flush=True)
            self.position = event["position"]


def on_catalog(stock, event_type, data):
    for introduced in data.get("introduced", []):
        stock.introduce(introduced["sku"], introduced.get("opening_stock", 0))


def on_order(stock, event_type, data):
    actor = data.get("by") or "system:order"
    if event_type in ("order.cancelled.v1", "order.rejected.v1"):
        stock.release(data["order"], actor, data["reason"])
    elif event_type == "order.fulfilled.v1":
        stock.fulfil(data["order"], data["lines"], actor)
    elif event_type == "order.returned.v1":
        stock.take_back(data["order"], data["lines"], data["restock"], data["reason"], actor)


# --- the two listeners


class Handler(http.server.BaseHTTPRequestHandler):
    """One request: read whole within limits, routed, and answered with JSON or a problem document."""

    protocol_version, server_version, disable_nagle_algorithm = "HTTP/1.1", "inventory.py", True
    timeout = 30

    def serve(self):
        self.path, _, query = self.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        try:
            body = self.read_body()
            status, answer = 200, self.route(urllib.parse.unquote(self.path).strip("/").split("/"), body)
            headers = {}
            if isinstance(answer, tuple):
                answer, headers = answer
        except Refused as refused:
            status, answer, headers = refused.status, refused.document, refused.headers
            if "X-Request-Id" in self.headers:
                answer = answer | {"request_id": self.headers["X-Request-Id"]}
        self.answer(status, answer, headers)

    def number(self, name, default, least, most):
        text = self.query.get(name, str(default))
        if not text.lstrip("-").isdecimal() or not least <= int(text) <= most:
            raise Refused(400, "bad-parameter", f"parameter `{name}`: a number from {least} to {most}", parameter=name)
        return int(text)

    do_GET = do_POST = do_PUT = do_DELETE = serve

    def answer(self, status, answer, headers):
        text = json.dumps(answer).encode()
        kind = "application/json" if status == 200 else "application/problem+json"
        named = {"Content-Type": kind, "Content-Length": str(len(text)), "Cache-Control": "no-store"} | headers
        lines = [f"HTTP/1.1 {status} {self.responses.get(status, ('',))[0]}", *(f"{k}: {v}" for k, v in named.items())]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + text)

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(self.within(int(self.headers.get("Content-Length", 0))))
        body = b""
        while size := self.within(int(self.rfile.readline().split(b";")[0], 16) + len(body)) - len(body):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def within(self, length):
        if length > LONGEST_BODY:
            self.close_connection = True
            raise Refused(413, "body-too-large", f"a body may have at most {LONGEST_BODY} bytes")
        return length

    @property
    def service(self):
        return self.server.service

    def log_message(self, *_):
        pass


class Ports(Handler):
    """The private side: the port and the feed, for callers with a service token."""

    ARGUMENTS = {"hold": "hold", "commit": "order", "release": "order", "levels": "skus"}

    def route(self, path, body):
        self.service.tokens.verify(self.headers.get("Authorization"))
        match (self.command, path):
            case ("GET", ["ports", "stock", "meta"]):
                return self.meta()
            case ("GET", ["feeds", "inventory"]):
                return self.feed()
            case (command, ["ports", "stock", version, method]) if version.startswith("v"):
                return self.call(command, version, method, body)
            case (_, ["ports", port, *_]):
                raise Refused(404, "unknown-port", f"no port `{port}` is served here")
        raise Refused(404, "not-found", "there is POST /ports/stock/v1/{method} and GET /ports/stock/meta")

    def meta(self):
        return {"port": "stock", "version": 1, "contract_hash": self.service.contract_hash, "module": MODULE}

    def feed(self):
        after, limit = self.number("after", 0, 0, MOST), self.number("limit", 100, 1, 500)
        wait_ms = self.number("wait_ms", 0, 0, 30_000)
        return self.service.stock.log.page(after, self.query.get("after_id"), limit, wait_ms)

    def call(self, command, version, method, body):
        if command != "POST":
            raise Refused(405, "method-not-allowed", "calls are posted", headers={"Allow": "POST"})
        if version != "v1":
            raise Refused(409, "incompatible-module", f"stock is served at version 1, not at {version[1:]}")
        if method not in self.ARGUMENTS:
            raise Refused(404, "unknown-method", "the port has no such method")
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "unsupported-media-type", "a call is application/json")
        self.in_time(self.headers.get("Banyan-Deadline-Ms"))
        try:
            argument = self.arguments(method, json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Refused(422, "bad-arguments", "the arguments are not those of the method") from None
        return getattr(self, method)(argument)

    @staticmethod
    def in_time(left_ms):
        if left_ms is not None and not left_ms.isdecimal():
            raise Refused(400, "bad-header", "the header banyan-deadline-ms cannot be read")
        if left_ms == "0":
            raise Refused(503, "module-too-slow", "the module did not answer in time", executed="no")

    def arguments(self, method, arguments):
        name = self.ARGUMENTS[method]
        if set(arguments) != {name}:
            raise ValueError("one argument, and no other")
        argument = arguments[name]
        if method == "levels":
            return [self.sku(sku) for sku in argument + []]
        if method != "hold":
            return str(uuid.UUID(argument))
        moment(argument["until"])
        lines = [{"sku": self.sku(line["sku"]), "quantity": whole(line["quantity"])} for line in argument["lines"] + []]
        return {"order": str(uuid.UUID(argument["order"])), "lines": lines, "until": argument["until"]}

    @staticmethod
    def sku(text):
        if not SKU.fullmatch(text):
            raise ValueError("not a SKU")
        return text

    @property
    def actor(self):
        principal = json.loads(self.headers.get("Banyan-Principal") or '{"kind": "guest"}')
        return f"system:{principal['module']}" if principal["kind"] == "system" else principal["kind"]

    def hold(self, hold):
        return self.service.stock.hold(**hold, actor=self.actor)

    def commit(self, order):
        return self.service.stock.commit(order, self.actor)

    def release(self, order):
        return self.service.stock.release(order, self.actor)

    def levels(self, skus):
        return self.service.stock.available(skus)


class Public(Handler):
    """The public side, to which the store's facade forwards. `/admin` asks for the store's admin key."""

    def route(self, path, body):
        stock, command = self.service.stock, self.command
        if path == ["health", "ready"]:
            return {"status": "ready"}
        if path[:2] != ["api", "v1"]:
            raise Refused(404, "not-found", "there is nothing here")
        if path[2:3] == ["admin"]:
            self.admit()
        with stock.lock:
            match (command, path[2:]):
                case ("GET", ["stock", sku]):
                    return {"sku": sku, "available": stock.level(sku).available}
                case ("GET", ["admin", "stock"]):
                    below = self.number("below", MOST, -MOST, MOST)
                    return self.page([self.view(sku) for sku in sorted(stock.levels)
                                      if stock.levels[sku].available < below], "sku")
                case ("GET", ["admin", "stock", sku]):
                    return self.tagged(sku)
                case ("PUT", ["admin", "stock", sku]):
                    return self.set_threshold(sku, read(body, {"low_stock_threshold"}))
                case ("GET", ["admin", "stock", sku, "ledger"]):
                    return self.page(stock.level(sku).ledger[::-1], "id")
                case ("POST", ["admin", "stock", sku, "adjustments"]):
                    return self.once(body, lambda: self.adjust(sku, read(body, {"delta", "set_on_hand", "reason"})))
                case ("GET", ["admin", "holds"]):
                    wanted = self.query.get("order")
                    orders = sorted(stock.claims, reverse=True)
                    return self.page([self.claim(order) for order in orders if wanted in (None, order)], "order")
        raise Refused(405, "method-not-allowed", "this is not done here")

    def admit(self):
        shown = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not self.service.admin_key or not hmac.compare_digest(shown.encode(), self.service.admin_key.encode()):
            raise Refused(401, "unauthenticated", "show the admin key", headers={"WWW-Authenticate": "Bearer"})

    def view(self, sku):
        level = self.service.stock.level(sku)
        return {"sku": sku, "on_hand": level.on_hand, "held": level.held, "committed": level.committed,
                "available": level.available, "low_stock_threshold": level.threshold}

    def tagged(self, sku):
        return self.view(sku), {"ETag": f'"{sku} {self.service.stock.level(sku).threshold}"'}

    def set_threshold(self, sku, threshold):
        if self.headers.get("If-Match") != self.tagged(sku)[1]["ETag"]:
            raise Refused(412, "stale", "the tag is not that of the level's present settings")
        self.service.stock.level(sku).threshold = whole(threshold["low_stock_threshold"])
        return self.tagged(sku)

    def adjust(self, sku, change):
        if ("delta" in change) == ("set_on_hand" in change) or not change.get("reason"):
            raise invalid("/delta", "give either delta or set_on_hand, and a reason")
        units_of = (lambda _: whole(change["delta"])) if "delta" in change else (
            lambda level: whole(change["set_on_hand"]) - level.on_hand)
        self.service.stock.adjust(sku, units_of, change["reason"])
        return self.view(sku)

    def once(self, body, act):
        """The same key and body have the same answer, and one effect."""
        key, asked = self.headers.get("Idempotency-Key"), (self.path, body)
        known = self.service.answers.get(key) if key else None
        if known is None:
            known = self.service.answers[key or ""] = (asked, act())
            return known[1]
        if known[0] != asked:
            raise invalid("", "the key was used with another body", "idempotency-key-reused")
        return known[1], {"Idempotency-Replayed": "true"}

    def claim(self, order):
        claim = self.service.stock.claims[order]
        lines = [{"sku": sku, "quantity": claim.lines[sku], "outstanding": claim.outstanding[sku]} for sku in claim.lines]
        return {"order": order, "status": claim.status, "until": claim.until, "created_at": claim.created,
                "lines": lines, "shortage": claim.shortage}

    def page(self, rows, key):
        limit, cursor = self.number("limit", 20, 1, 100), self.query.get("cursor")
        keys = [str(row[key]) for row in rows]
        start = keys.index(cursor) + 1 if cursor in keys else 0
        items = rows[start:start + limit]
        return {"items": items, "next_cursor": str(items[-1][key]) if rows[start + limit:] else None}


def read(body, known):
    """A body with these members and no others."""
    try:
        document = dict(json.loads(body))
    except (ValueError, TypeError):
        raise Refused(400, "malformed", "the body is not a JSON object") from None
    for name in document.keys() - known:
        raise invalid(f"/{name}", "unknown field", "unknown-field")
    return document


def invalid(pointer, message, code="invalid-value"):
    return Refused(422, code, message, errors=[{"pointer": pointer, "code": code, "message": message}])


def whole(number):
    if type(number) is not int:
        raise invalid("", f"{number!r} is not a whole number")
    return number


def now():
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Service:
    """The parts, wired. Tests put others in their places."""

    Stock, Tokens, Ports = Stock, Tokens, Ports

    def __init__(self, store, service_keys, admin_key):
        self.store, self.admin_key, self.answers = store, admin_key, {}
        self.tokens, self.stock = self.Tokens(service_keys), self.Stock(Log())
        self.contract_hash = contract_hash(json.loads(CONTRACT.read_text()))

    def run(self, ports, public):
        for source, react in (("catalog", on_catalog), ("order", on_order)) if self.store else ():
            Reader(self, source, lambda *event, react=react: react(self.stock, *event)).start()
        for address, handler in ((ports, self.Ports), (public, Public)):
            threading.Thread(target=self.listen(address, handler).serve_forever, daemon=True).start()
        print(f"ready: ports at {ports}, public at {public}", flush=True)
        while True:
            time.sleep(1)
            self.stock.sweep()

    def listen(self, address, handler):
        host, _, port = address.rpartition(":")
        server = http.server.ThreadingHTTPServer((host, int(port)), handler, bind_and_activate=False)
        server.request_queue_size, server.daemon_threads, server.service = 128, True, self
        server.server_bind()
        server.server_activate()
        return server


def main(service=Service, arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--ports", default="127.0.0.1:7181", help="where the store's processes call [%(default)s]")
    parser.add_argument("--public", default="127.0.0.1:8181", help="where the store's facade calls [%(default)s]")
    parser.add_argument("--store", help="the store's port server, whose events are read, such as http://127.0.0.1:7080")
    parser.add_argument("--opening", help="what there is at first: a CSV with the columns sku and stock")
    asked = parser.parse_args(arguments)
    keys = [os.environ.get(f"BANYAN__SERVICE__{name}", "") for name in ("KEY", "PREVIOUS_KEY")]
    if len(keys[0]) < 32:
        parser.error("BANYAN__SERVICE__KEY is not set, or shorter than 32 characters: it must be the store's")
    running = service(asked.store, keys, os.environ.get("BANYAN__ADMIN__KEY", ""))
    if asked.opening:
        with open(asked.opening, newline="") as rows:
            for row in csv.DictReader(rows):
                running.stock.introduce(row["sku"], int(row["stock"]))
    running.run(asked.ports, asked.public)


if __name__ == "__main__":
    main()
