"""A store with one of everything, and what it shows; made by one version of Banyan and read by a later one.

    fixture.py make BANYAN SHOWN      fills the store that the settings in the environment name, through its API, and writes what
                                      it shows to the file SHOWN
    fixture.py compare BANYAN SHOWN   starts BANYAN on a restored copy of those databases and compares

scripts/upgrade makes, keeps and restores the databases. `compare` exits 1 when a member that the
earlier version showed is missing or has another value, when a repeated request is not answered by the same bytes, when an order
that was under way does not end, when `banyan check` fails, or when a parked event is gone. Members that are new are no
difference.
"""

import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

# Nothing that was made may be deleted because the fixture has grown old.
KEPT = {
    "BANYAN__RETENTION__ANSWERS_DAYS": "36500",
    "BANYAN__RETENTION__EVENTS_DAYS": "36500",
    "BANYAN__RETENTION__REJECTED_ORDERS_DAYS": "36500",
    "BANYAN__RETENTION__ENDED_CLAIMS_DAYS": "36500",
    "BANYAN__RETENTION__WEBHOOKS_DAYS": "36500",
    "BANYAN__MODULES__ORDER__CART_HOURS": "876000",
    "BANYAN__MODULES__ORDER__UNPAID_TRIES_OVERALL": "0",
    "BANYAN__MODULES__ORDER__UNPAID_TRIES_PER_ADDRESS": "0",
    "BANYAN__MODULES__PAYMENT__DOUBT_SECONDS": "3153600000",
}
PATIENCE_SECONDS = 60
ENDED = {"fulfilled", "cancelled", "rejected", "confirmed"}


class Store:
    """A running `banyan serve`, and a client of its API."""

    def __init__(self, banyan):
        self.banyan = banyan
        self.listen = os.environ["BANYAN__HTTP__LISTEN"]
        self.environment = os.environ | KEPT
        self.process = None
        self.keys = 0
        self.replays = []

    def __enter__(self):
        self.log = open(os.environ["BANYAN_FIXTURE_LOG"], "ab")
        command = [self.banyan, "serve", "--no-demo"]
        self.process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT)
        try:
            until("the store is ready", lambda: self.is_ready())
        except BaseException:
            self.process.kill()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)
        self.log.close()

    def is_ready(self):
        if self.process.poll() is not None:
            raise SystemExit(f"{self.banyan} serve ended with {self.process.returncode}; see {self.log.name}")
        try:
            return self.send("GET", "/health/ready")[0] == 200
        except OSError:
            return False

    def run(self, *arguments):
        """A command of BANYAN's on the same data."""
        done = subprocess.run([self.banyan, *arguments], env=self.environment, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def send(self, method, path, body=None, headers=None):
        """The status and the bytes of an answer."""
        data = body.encode() if isinstance(body, str) else body
        request = urllib.request.Request(f"http://{self.listen}{path}", data, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def admin(self, method, path, body=None, expect=(200, 201, 202, 204), **headers):
        return self.call(method, path, body, expect, {"Authorization": f"Bearer {os.environ['BANYAN__ADMIN__KEY']}"} | headers)

    def call(self, method, path, body=None, expect=(200, 201, 202, 204), headers=None, remember=False):
        headers = dict(headers or {})
        text = None
        if body is not None:
            text = body if isinstance(body, str) else json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if method == "POST":
            self.keys += 1
            headers["Idempotency-Key"] = hashlib.sha256(f"fixture {self.keys}".encode()).hexdigest()
        status, answer = self.send(method, path, text, headers)
        if status not in expect:
            raise SystemExit(f"{method} {path} was answered {status}: {answer.decode()}")
        if remember:
            self.replays.append({"path": path, "body": text, "headers": headers, "status": status, "answer": answer.decode()})
        return json.loads(answer) if answer[:1] in b"{[" and answer else {}

    # What buyers do.

    def order(self, *lines, token="tok_approve", email="ada@example.com", expect=(201,), **more):
        body = {"email": email, "currency": "EUR", "payment": {"method": "simulated", "token": token}}
        body["lines"] = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
        return self.call("POST", "/api/v1/orders", body | more, expect, remember=True)

    def own(self, order, method, what, body=None, **options):
        """An operation on an order by its buyer."""
        headers = {"X-Order-Token": order["order_token"]}
        return self.call(method, f"/api/v1/orders/{order['id']}{what}", body, headers=headers, remember=method == "POST", **options)

    def sent(self, order, lines=None, tracking=None):
        body = {"tracking": tracking} | ({"lines": units(lines)} if lines else {})
        return self.admin("POST", f"/api/v1/orders/{order['id']}/fulfilments", body)

    def orders(self, query=""):
        return self.admin("GET", f"/api/v1/admin/orders{query}")["items"]

    def is_status(self, order, *statuses):
        return self.admin("GET", f"/api/v1/orders/{order['id']}")["status"] in statuses

    def payment(self, order):
        return self.admin("GET", f"/api/v1/admin/payments?order={order['id']}")["items"][0]

    def readers(self):
        return self.admin("GET", "/api/v1/admin/events")["readers"]

    def has_settled(self):
        """Every reader has read everything, and nothing waits to be tried again."""
        readers = self.readers()
        states = {held["state"] for reader in readers for held in reader["held_back"]}
        return all(reader["lag"] == 0 for reader in readers) and states <= {"parked"}


def until(what, holds):
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.1)
    raise SystemExit(f"not within {PATIENCE_SECONDS} s: {what}")


def units(lines):
    return [{"sku": sku, "quantity": quantity} for sku, quantity in lines]


# --- make


def make_catalog(store):
    kitchen = store.admin("POST", "/api/v1/admin/categories", {"title": "Kitchen"})
    store.admin("POST", "/api/v1/admin/categories", {"title": "Éclairs & Pots", "parent": kitchen["slug"]})

    def product(title, variants, **more):
        made = [{"sku": sku, "price": {"amount": amount, "currency": "EUR"}} | options for sku, amount, options in variants]
        return store.admin("POST", "/api/v1/admin/products", {"title": title, "variants": made, "status": "active"} | more)

    product("Stoneware mug", [("MUG", 1250, {})], description="Holds 300 ml.", categories=["kitchen"])
    sizes = [(f"APRON-{size}", amount, {"options": {"size": size}}) for size, amount in [("S", 2400), ("M", 2600)]]
    product("Café apron", sizes, options=[{"name": "size", "values": ["S", "M"]}], categories=["kitchen"])
    product("Σίσυφος", [("STONE", 99, {})], images=["https://example.com/stone.jpg"])
    product("Not yet for sale", [("DRAFT", 100, {})], status="draft")
    product("Not sold any more", [("GONE", 100, {})])
    product("Ordered and waited for", [("WAIT", 700, {})])
    gone = store.admin("GET", "/api/v1/admin/products?query=GONE")["items"][0]
    _, answer = store.send("GET", f"/api/v1/admin/products/{gone['id']}", headers={"Authorization": f"Bearer {os.environ['BANYAN__ADMIN__KEY']}"})
    etag = f'"{json.loads(answer)["version"]}"' if "version" in json.loads(answer) else "*"
    store.admin("DELETE", f"/api/v1/admin/products/{gone['id']}", **{"If-Match": etag})
    rows = "sku,title,price,currency,stock,category\nPOT,Enamel pot,31.00,EUR,40,kitchen\nBAD,,x,EUR,1,\n"
    store.admin("POST", "/api/v1/admin/products/import", rows, **{"Content-Type": "text/csv"})


def make_stock(store):
    skus = ["MUG", "APRON-S", "APRON-M", "STONE", "WAIT", "POT"]
    until("stock has heard of every SKU", lambda: all(store.send("GET", f"/api/v1/stock/{sku}")[0] == 200 for sku in skus))
    for sku in skus:
        store.admin("POST", f"/api/v1/admin/stock/{sku}/adjustments", {"set_on_hand": 50, "reason": "counted"})
    store.admin("POST", "/api/v1/admin/stock/STONE/adjustments", {"delta": -3, "reason": "broken"})
    store.admin("PUT", "/api/v1/admin/stock/STONE", {"low_stock_threshold": 47}, **{"If-Match": "*"})


def make_event_to_park(store):
    order = store.order(("APRON-S", 1))
    store.sent(order)
    until("an order is fulfilled", lambda: store.is_status(order, "fulfilled") and store.has_settled())


def has_parked_event(store):
    return any(held["state"] == "parked" for reader in store.readers() for held in reader["held_back"])


def make_carts(store):
    cart = store.call("POST", "/api/v1/carts")
    store.call("PUT", f"/api/v1/carts/{cart['id']}/lines/MUG", {"quantity": 2})
    sold = store.call("POST", "/api/v1/carts")
    store.call("PUT", f"/api/v1/carts/{sold['id']}/lines/POT", {"quantity": 1})
    body = {"email": "grace@example.com", "currency": "EUR", "payment": {"method": "simulated", "token": "tok_approve"}}
    store.call("POST", f"/api/v1/carts/{sold['id']}/checkout", body, expect=(201,), remember=True)
    return [cart, sold]


def make_orders(store):
    address = {"name": "Ada", "line1": "1 St James's Square", "city": "London", "postal_code": "SW1Y 4JH", "country": "GB"}
    whole = [("MUG", 2), ("APRON-M", 1), ("POT", 1)]
    orders = [store.order(*whole, note="Ring twice", shipping_address=address)]
    store.order(("STONE", 10_000), expect=(409,))
    store.order(("MUG", 1), token="tok_decline", email="bob@example.com", expect=(402,))
    orders.append(store.order(("MUG", 1), token="tok_timeout_then_approve", email="cyd@example.com", expect=(201, 202)))
    orders.append(store.order(("MUG", 1), token="tok_pending_then_approve", email="dan@example.com", expect=(201, 202)))

    cancelled = store.order(*whole, email="eve@example.com")
    store.own(cancelled, "POST", "/cancel")
    part = store.order(("MUG", 3), ("APRON-M", 1))
    store.sent(part, [("MUG", 2)], "RM123")
    store.own(part, "POST", "/lines/cancel", {"lines": units([("APRON-M", 1)]), "reason": "one is enough"})
    orders += [cancelled, part]

    for decision in ["requested", "approve", "receive", "refuse", "received"]:
        order = store.order(("MUG", 2), ("POT", 1), email="fay@example.com")
        store.sent(order)
        asked = {"lines": units([("MUG", 1)]), "reason": f"to be {decision}", "restock": True}
        store.own(order, "POST", "/returns", asked)
        item = [each for each in store.admin("GET", "/api/v1/admin/returns")["items"] if each["order"] == order["id"]][0]
        at = f"/api/v1/admin/returns/{item['id']}"
        if decision in ("approve", "received"):
            store.admin("POST", f"{at}/approve")
        if decision in ("receive", "received"):
            store.admin("POST", f"{at}/receive", {"restock": decision == "received"})
        if decision == "refuse":
            store.admin("POST", f"{at}/refuse", {"reason": "worn"})
        orders.append(order)

    orders += make_refused_refunds(store)
    until("no order is under way", lambda: not store.orders("?status=placed") and store.has_settled())
    return orders


def make_refused_refunds(store):
    """Gives money back by hand in the moment in which a return is approved, until payment had to refuse two refunds."""
    orders = []
    for _ in range(50):
        order = store.order(("POT", 1), email="gus@example.com")
        payment = store.payment(order)
        store.sent(order)
        store.own(order, "POST", "/returns", {"lines": units([("POT", 1)]), "reason": "dented"})
        asked = [each for each in store.admin("GET", "/api/v1/admin/returns")["items"] if each["order"] == order["id"]][0]
        by_hand = {"amount": 1000, "reason": "dented"}
        refund = threading.Thread(
            target=store.admin, args=("POST", f"/api/v1/admin/payments/{payment['id']}/refunds", by_hand)
        )
        refund.start()
        store.admin("POST", f"/api/v1/admin/returns/{asked['id']}/approve")
        refund.join()
        until("everything was read", store.has_settled)
        refused = store.payment(order)["refused_refunds"]
        if refused and not orders:
            at = f"/api/v1/admin/payments/{payment['id']}/refunds/{refused[0]['refund']}"
            store.admin("POST", f"{at}/resolve", {"reason": "paid in cash"})
        if refused:
            orders.append(order)
        if len(orders) == 2:
            return orders
    raise SystemExit("payment refused no refund in 50 tries")


def make(banyan, file):
    store = Store(banyan)
    with store:
        make_catalog(store)
        make_stock(store)
        make_event_to_park(store)
    # Inventory reads order's log once more: what was sent cannot be sent again, so that event is parked.
    status, said = store.run("events", "seek", "--consumer", "inventory", "--source", "order", "0")
    if status != 0:
        raise SystemExit(said)
    with store:
        until("an event is parked", lambda: has_parked_event(store))
        carts = make_carts(store)
        orders = make_orders(store)
    # Its payment is decided in an hour: the order is under way when the databases are kept.
    store.environment["BANYAN__MODULES__PAYMENT__SIMULATED__PENDING_MS"] = "3600000"
    with store:
        waiting = store.order(("WAIT", 2), token="tok_pending_then_approve", email="hal@example.com", expect=(202,))
        store.replays.pop()
        until("everything was read", store.has_settled)
        pages = shown_pages(store, carts, orders)
        shown = {"pages": [show(store, *page) for page in pages]}
        shown["replays"] = store.replays
        shown["under_way"] = [waiting["id"]]
    file.write_text(as_lines(shown))
    print(f"{len(shown['pages'])} pages, {len(shown['replays'])} answers under keys, {len(orders)} orders")


def as_lines(shown):
    """JSON with a line for each page and each answer."""
    line = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    members = [f"{line(name)}: [\n{(',' + chr(10)).join(map(line, values))}\n]" for name, values in shown.items()]
    return "{\n" + ",\n".join(members) + "\n}\n"


def shown_pages(store, carts, orders):
    """What a later version must show, each as (path, headers by name)."""
    yield from ((f"/api/v1/carts/{cart['id']}", None) for cart in carts)
    yield from ((path, None) for path in [
        "/api/v1/products?sort=name", "/api/v1/products?query=mug", "/api/v1/products?query=cafe", "/api/v1/products?query=σίσ",
        "/api/v1/products?category=kitchen&sort=price", "/api/v1/products/cafe-apron", "/api/v1/categories", "/api/v1/stock/STONE",
    ])
    for order in orders:
        yield f"/api/v1/orders/{order['id']}", order["order_token"]
        yield f"/api/v1/orders/{order['id']}/timeline", order["order_token"]
        yield f"/api/v1/admin/payments?order={order['id']}", "admin"
        yield f"/api/v1/admin/holds?order={order['id']}", "admin"
    yield from ((path, "admin") for path in [
        "/api/v1/admin/products?limit=100", "/api/v1/admin/returns?limit=100", "/api/v1/admin/payments?attention=true",
        *(f"/api/v1/admin/orders?status={status}" for status in ["confirmed", "fulfilled", "cancelled", "rejected"]),
        "/api/v1/admin/orders?sku=POT", "/api/v1/admin/orders?email=FAY@example.com", "/api/v1/admin/orders?refund=paid",
    ])
    for sku in ["MUG", "APRON-S", "APRON-M", "STONE", "POT"]:
        yield f"/api/v1/admin/stock/{sku}", "admin"
        yield f"/api/v1/admin/stock/{sku}/ledger?limit=100", "admin"


def show(store, path, credential):
    headers = {"Authorization": f"Bearer {os.environ['BANYAN__ADMIN__KEY']}"} if credential == "admin" else {}
    if credential and credential != "admin":
        headers = {"X-Order-Token": credential}
    quoted = urllib.parse.quote(path, safe="/?=&")
    status, answer = store.send("GET", quoted, headers=headers)
    if status != 200:
        raise SystemExit(f"GET {path} was answered {status}: {answer.decode()}")
    return {"path": path, "credential": credential, "answer": json.loads(answer)}


# --- compare


def differences(before, now, at=""):
    """Where `now` has not what `before` had. Members that are new are passed over."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name, value in before.items():
            if name not in now:
                yield f"{at}/{name} is missing; it was {value!r}"
            else:
                yield from differences(value, now[name], f"{at}/{name}")
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for place, (one, other) in enumerate(zip(before, now)):
            yield from differences(one, other, f"{at}/{place}")
    elif before != now:
        yield f"{at} is {now!r}; it was {before!r}"


def without(answer, orders):
    """A page without what it lists of these orders: they were under way, and may have ended since."""
    if isinstance(answer, dict) and isinstance(answer.get("items"), list):
        items = [item for item in answer["items"] if not {item.get("id"), item.get("order")} & set(orders)]
        return answer | {"items": items}
    return answer


def compare(banyan, file):
    shown = json.loads(file.read_text())
    wrong = []
    with Store(banyan) as store:
        for page in shown["pages"]:
            now = show(store, page["path"], page["credential"])
            settled = without(now["answer"], shown["under_way"])
            wrong += [f"GET {page['path']}: {each}" for each in differences(page["answer"], settled)]
        for replay in shown["replays"]:
            status, answer = store.send("POST", replay["path"], replay["body"], replay["headers"])
            if (status, answer.decode()) != (replay["status"], replay["answer"]):
                wrong.append(f"POST {replay['path']} again: {status} {answer.decode()}; it was {replay['status']} {replay['answer']}")
        if not has_parked_event(store):
            wrong.append("the parked event is gone")
        for order in shown["under_way"]:
            # Refused when it has ended by itself, because the fixture is older than its deadline.
            store.admin("POST", f"/api/v1/orders/{order}/cancel", expect=(200, 202, 409))
            until("an order that was under way ends", lambda: store.is_status({"id": order}, *ENDED))
        # The store goes on: it sells, and its readers read.
        order = store.order(("MUG", 1), email="new@example.com")
        store.own(order, "POST", "/cancel")
        until("everything was read", store.has_settled)
        status, said = store.run("check")
        if status != 0:
            wrong.append(f"banyan check failed:\n{said}")
        print(said.strip().splitlines()[-1])
    for each in wrong:
        print(f"NOT AS BEFORE: {each}", file=sys.stderr)
    print(f"{len(shown['pages'])} pages and {len(shown['replays'])} repeated requests, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    command, banyan, file = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    sys.exit({"make": make, "compare": compare}[command](banyan, file))
