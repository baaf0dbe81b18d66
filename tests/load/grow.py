#!/usr/bin/env python3
"""Fills the databases of a store that has no data yet with many products and orders, for measuring what grows with them.

    banyan migrate                      # or: BANYAN__DATA__URL=postgres://… banyan migrate
    tests/load/grow.py --sqlite data --products 1000000 --orders 1000000
    tests/load/grow.py --postgres postgres://… --products 1000000 --orders 1000000

The rows are those that the store would have written, so that `banyan check` passes; the same numbers give the same rows. The
products are not in the search index yet: the catalog indexes them when it is served. Orders are spread evenly over `--days`;
events older than `--log-days` are left out. Each module has a class of its own here, which knows its tables.
"""

import argparse, array, collections, datetime, json, os, sqlite3, subprocess, sys, time

GROUP = 50_000  # rows written at a time


class Ids:
    """Version 7 UUIDs that tell what they are of and which one."""

    ORDER, PAYMENT, PRODUCT, EVENT = range(4)

    @staticmethod
    def of(kind, number, millis):
        return (millis << 80 | 0x7 << 76 | kind << 64 | 0x8 << 60 | number).to_bytes(16, "big")


class World:
    """What all modules agree on."""

    def __init__(self, args):
        self.products, self.orders, self.lines = args.products, args.orders, args.lines
        self.now = int(time.time() * 1000) if args.now is None else args.now
        self.span = args.days * 86_400_000
        self.log_from = self.now - args.log_days * 86_400_000
        self.open_from = self.now - 2 * 86_400_000
        self.opening = args.lines * args.orders * 2 // args.products + 100

    def placed_at(self, order):
        return self.now - self.span + self.span * order // (self.orders + 1)

    def time(self, millis):
        at = datetime.datetime.fromtimestamp(millis / 1000, datetime.timezone.utc)
        return at.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")

    def order_id(self, order):
        return Ids.of(Ids.ORDER, order, self.placed_at(order))

    def payment_id(self, order):
        return Ids.of(Ids.PAYMENT, order, self.placed_at(order))

    def product_of(self, order, line):
        return (order * 7919 + line * 104_729) % self.products + 1

    def sku(self, product):
        return f"GROW-{product:07}"

    def price(self, product):
        return 500 + product * 37 % 9_500

    def is_rejected(self, order):
        return order % 97 == 0

    def is_sent(self, order):
        return self.placed_at(order) < self.open_from

    def every(self):
        """Number, id, time, and whether it was rejected and sent, of each order."""
        for order in range(1, self.orders + 1):
            yield order, self.order_id(order), self.placed_at(order), self.is_rejected(order), self.is_sent(order)

    def skus_of(self, order):
        return [self.product_of(order, line) for line in range(self.lines)]

    def total(self, order):
        return sum(self.price(product) for product in self.skus_of(order))

    def paid(self):
        return (row for row in self.every() if not row[3])


def event(world, source, position, kind, stream, version, at, data):
    ident = Ids.of(Ids.EVENT, position, at)
    return (position, ident, kind, stream, version, world.time(at), None, None, None, data)


OUTBOX = "position, id, type, stream, stream_version, time, correlation_id, causation_id, traceparent, data"


class Catalog:
    NAME = "catalog"

    def __init__(self, world):
        self.world, self.events, self.cursors = world, world.products, []

    def tables(self):
        world, start = self.world, self.world.now - self.world.span
        category = Ids.of(Ids.PRODUCT, 0, start)
        yield "category", "number, id, parent, slug, title, created_at, updated_at", [
            (1, category, None, "grown", "Grown", world.time(start), world.time(start))
        ]
        numbers = range(1, world.products + 1)
        ident = lambda product: Ids.of(Ids.PRODUCT, product, start)
        key = lambda product: f"K{product:012}"
        at = world.time(start)
        yield "product", (
            "id, slug, status, version, title, title_key, price, currency, categories, options, images, created_at, "
            "updated_at, words, description, indexed"
        ), (
            (ident(n), f"thing-{n}", "active", 1, f"Thing {n}", key(n), world.price(n), "GBP", "[1]", "[]", "[]", at, at,
             f" {n} grow{n:07} thing\n one of many", "One of many.", 0)
            for n in numbers
        )  # fmt: skip
        yield "variant", "sku, product_id, place, title, options, price, currency", (
            (world.sku(n), ident(n), 0, None, "{}", world.price(n), "GBP") for n in numbers
        )
        yield "shelf", "category, listed, product_id, title_key, price", (
            (1, 1, ident(n), key(n), world.price(n)) for n in numbers
        )
        yield "search_doc", "number, product_id, title_key, price", (
            (n, ident(n), key(n), world.price(n)) for n in numbers
        )

    counters = {"category": "number", "search_doc": "number"}


class Inventory:
    NAME = "inventory"

    def __init__(self, world):
        self.world, self.events = world, 0
        self.cursors = [("inventory", "catalog", world.products), ("inventory", "order", 2 * world.orders)]
        self.counters = {"ledger": "id"}

    def tables(self):
        world = self.world
        sent, open_units = array.array("q", [0]) * (world.products + 1), array.array("q", [0]) * (world.products + 1)
        for order, _, _, rejected, is_sent in world.every():
            for product in [] if rejected else world.skus_of(order):
                (sent if is_sent else open_units)[product] += 1
        on_hand = lambda n: world.opening - sent[n]
        yield "level", "sku, on_hand, available, low_stock_threshold, version", (
            (world.sku(n), on_hand(n), on_hand(n) - open_units[n], 5, 0) for n in range(1, world.products + 1)
        )
        yield "claim", (
            "order_id, status, until, unpaid, shortage, lines, in_ledger, version, created_at, created_by, committed_at, "
            "committed_by"
        ), (
            (ident, "committed", world.time(at + 900_000), 0, None, self.lines(order, is_sent), 0, 0, world.time(at),
             "system:order", world.time(at), "system:order")
            for order, ident, at, _, is_sent in world.paid()
        )  # fmt: skip
        yield "claim_sku", "sku, created_at, order_id", (
            (world.sku(product), world.time(at), ident)
            for order, ident, at, _, _ in world.paid()
            for product in sorted(set(world.skus_of(order)))
        )
        yield "ledger", (
            "id, sku, kind, delta_on_hand, delta_held, delta_committed, order_id, reason, actor, at"
        ), self.movements()

    def movements(self):
        world, row, at = self.world, 0, self.world.time(self.world.now - self.world.span)
        for product in range(1, world.products + 1):
            row += 1
            yield row, world.sku(product), "opening", world.opening, 0, 0, None, None, "system:catalog", at
        for order, ident, placed, _, is_sent in world.paid():
            at, actor = world.time(placed), "system:order"
            for product in world.skus_of(order):
                if is_sent:
                    row += 1
                    yield row, world.sku(product), "fulfil", -1, 0, -1, ident, None, actor, at

    def lines(self, order, is_sent):
        """As the claim has them: one for each SKU, in their order. Its hold and commitment are read from it."""
        units = collections.Counter(self.world.sku(product) for product in self.world.skus_of(order))
        return json.dumps([[sku, many, 0 if is_sent else many] for sku, many in sorted(units.items())])


class Order:
    NAME = "order"

    def __init__(self, world):
        self.world, self.events = world, 2 * world.orders
        self.cursors = [("order", "order", self.events), ("order", "payment", self.events), ("order", "inventory", 0)]
        self.counters = {"orders": "number"}

    def tables(self):
        world = self.world
        yield "orders", (
            "number, id, status, email, currency, total, note, shipping_address, rejection, payment_id, payment_stage, "
            "authorized, captured, refunded, version, created_at, updated_at, email_folded, lines, placed_by, confirmed_at, "
            "authorized_at, captured_at, key_scope, key, key_fingerprint, answer_status, answer_shape, answer_body"
        ), (self.order(*row) for row in world.every())
        yield "order_sku", "sku, block", self.blocks()
        yield "timeline", "order_id, at, source, position, what, actor, detail", (
            (ident, world.time(at), "order", 2 * order, "rejected", "system:order", None)
            for order, ident, at, rejected, _ in world.every() if rejected
        )  # fmt: skip
        yield "outbox", OUTBOX, self.log()

    def order(self, order, ident, at, rejected, is_sent):
        world, total, shown = self.world, self.world.total(order), self.world.time(at)
        email = f"buyer{order % 50_000}@example.com"
        status = "rejected" if rejected else "fulfilled" if is_sent else "confirmed"
        why = '{"code":"stock-unavailable"}' if rejected else None
        payment = (None, 0, 0, 0) if rejected else (world.payment_id(order), 2, total, total)
        since = (None, None, None) if rejected else (shown, shown, shown)
        answer = (503, None, f'{{"code":"stock-unavailable","grown":"{"x" * 300}"}}') if rejected else (201, 1, None)
        return (
            order, ident, status, email, "GBP", total, None, None, why, *payment, 0, 2, shown, shown, email,
            self.lines(order, is_sent and not rejected), "guest", *since,
            "guest", f"grown-{order:012}", "place " + "0" * 64, *answer,
        )  # fmt: skip

    def lines(self, order, is_sent):
        world, sent = self.world, {"fulfilled": 1} if is_sent else {}
        line = lambda product: {
            "sku": world.sku(product), "title": f"Thing {product}", "quantity": 1, "price": world.price(product)
        } | sent  # fmt: skip
        return json.dumps([line(product) for product in world.skus_of(order)])

    def blocks(self):
        """Which SKUs are in each block of 1,024 orders."""
        world, block, skus = self.world, 0, set()
        for order in range(1, world.orders + 1):
            if order // 1024 != block:
                yield from ((world.sku(product), block) for product in sorted(skus))
                block, skus = order // 1024, set()
            skus.update(world.skus_of(order))
        yield from ((world.sku(product), block) for product in sorted(skus))

    def log(self):
        for order, ident, at, rejected, _ in self.world.every():
            if at >= self.world.log_from:
                text = uuid_text(ident)
                placed = f'{{"by":"guest","number":"{1_000_000 + order}","order":"{text}","grown":"{"x" * 100}"}}'
                yield event(self.world, "order", 2 * order - 1, "order.placed.v1", text, 1, at, placed)
                what = "order.rejected.v1" if rejected else "order.confirmed.v1"
                yield event(self.world, "order", 2 * order, what, text, 2, at, placed)


class Payment:
    NAME = "payment"

    def __init__(self, world):
        self.world, self.events = world, 2 * world.orders
        self.cursors = [("payment", "order", 2 * world.orders)]
        self.counters = {}

    @staticmethod
    def capture_id(payment):
        """The reference of a plain payment's capture: the payment's id with another version."""
        return payment[:6] + bytes([payment[6] ^ 0xF0]) + payment[7:]

    def tables(self):
        world = self.world
        yield "payment", (
            "id, order_id, method, token, currency, amount, status, authorized, captured, refunded, version, given_up, "
            "asked_by, correlation_id, traceparent, created_at, updated_at, revision, plain, lease_until, capture_id, "
            "capture_asked_by, capture_correlation_id, capture_traceparent, capture_at, watched"
        ), (
            (payment, ident, "simulated", None, "GBP", total, "captured", total, total, 0, 2, 0,
             "system:order", None, None, world.time(at), world.time(at), 3, 1, None, self.capture_id(payment),
             "system:order", None, None, world.time(at), 0)
            for order, ident, at, _, _ in world.paid()
            for payment, total in [(world.payment_id(order), world.total(order))]
        )  # fmt: skip
        yield "ledger", (
            "attempt_id, payment_id, operation, debit, credit, currency, debited, credited, posted_at"
        ), self.entries()
        yield "simulated_ledger", (
            "reference, authorization_reference, order_id, operation, currency, amount, outcome, reason, settles_at, "
            "created_at"
        ), (
            (reference, payment, order, what, "GBP", total, "approved", None, None, at)
            for order, payment, reference, what, total, at in self.movements()
        )

    def movements(self):
        for order, ident, at, _, _ in self.world.paid():
            payment, total, shown = self.world.payment_id(order), self.world.total(order), self.world.time(at)
            yield ident, payment, payment, "authorize", total, shown
            yield ident, payment, self.capture_id(payment), "capture", total, shown

    def entries(self):
        for _, payment, reference, what, total, at in self.movements():
            debit, credit = ("set_aside", "buyer") if what == "authorize" else ("taken", "set_aside")
            yield reference, payment, what, debit, credit, "GBP", total, total, at


def uuid_text(ident):
    text = ident.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Sqlite:
    """Writes into the files of a folder. The store must not run."""

    def __init__(self, folder):
        self.folder = folder

    def fill(self, module):
        file = os.path.join(self.folder, module.NAME + ".db")
        if not os.path.exists(file):
            sys.exit(f"{file} is not there; run `banyan migrate` first")
        self.db = sqlite3.connect(file, isolation_level=None)
        self.db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; PRAGMA temp_store = MEMORY;")
        for table, columns, rows in module.tables():
            indexes = self.db.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", [table]
            ).fetchall()
            self.db.execute("BEGIN")
            for name, _ in indexes:
                self.db.execute(f"DROP INDEX {name}")
            marks = ", ".join("?" * (columns.count(",") + 1))
            self.db.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
            for _, sql in indexes:
                self.db.execute(sql)
            self.db.execute("COMMIT")
        with_cursors = "INSERT INTO subscription (consumer, source, position) VALUES (?, ?, ?)"
        self.db.executemany(with_cursors, module.cursors)
        if module.events:
            self.db.execute("DELETE FROM sqlite_sequence WHERE name = 'outbox'")
            self.db.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)", [module.events])
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.db.close()


class Postgres:
    """Copies into the schemas of a database, by psql."""

    def __init__(self, url, prefix):
        self.url, self.prefix = url, prefix

    def ask(self, module, sql):
        command = ["psql", self.url, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", f'SET search_path = "{self.prefix}{module.NAME}"', "-c", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def fill(self, module):
        for table, columns, rows in module.tables():
            constraint = "NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexname::regclass)"
            found = self.ask(
                module,
                f"SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = '{table}' AND {constraint}",
            )
            indexes = [line.split("|", 1) for line in found.splitlines()]
            for name, _ in indexes:
                self.ask(module, f'DROP INDEX "{name}"')
            self.copy(module, table, columns, rows)
            for _, definition in indexes:
                self.ask(module, f"SET maintenance_work_mem = '256MB'; {definition}")
            if table in module.counters:
                column = module.counters[table]
                newest = f"(SELECT COALESCE(MAX({column}), 1) FROM {table})"
                self.ask(module, f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), {newest})")
        for consumer, source, position in module.cursors:
            self.ask(module, f"INSERT INTO subscription (consumer, source, position) VALUES ('{consumer}', '{source}', {position})")
        self.ask(module, f"UPDATE outbox_head SET position = {module.events}")
        self.ask(module, "VACUUM ANALYZE")

    def copy(self, module, table, columns, rows):
        set_path = f'SET search_path = "{self.prefix}{module.NAME}"'
        command = ["psql", self.url, "-Xq", "-v", "ON_ERROR_STOP=1", "-c", set_path, "-c", f"COPY {table} ({columns}) FROM STDIN"]
        psql = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
        cell = lambda value: (
            "\\N" if value is None
            else value.hex() if isinstance(value, bytes)
            else value.replace("\\", "\\\\").replace("\n", "\\n") if isinstance(value, str)
            else str(value)
        )  # fmt: skip
        group = []
        for row in rows:
            group.append("\t".join(map(cell, row)))
            if len(group) == GROUP:
                psql.stdin.write("\n".join(group) + "\n")
                group.clear()
        if group:
            psql.stdin.write("\n".join(group) + "\n")
        psql.stdin.close()
        if psql.wait():
            sys.exit(f"the rows of {table} were refused")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sqlite", metavar="FOLDER")
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("--prefix", default="", help="data.schema_prefix")
    parser.add_argument("--products", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=3)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--log-days", type=int, default=7)
    parser.add_argument("--now", type=int, help="milliseconds; the same rows every time")
    parser.add_argument("--only", help="these modules, with commas between")
    args = parser.parse_args()
    if (args.sqlite is None) == (args.postgres is None):
        parser.error("say either --sqlite or --postgres")
    sink = Sqlite(args.sqlite) if args.sqlite else Postgres(args.postgres, args.prefix)
    world = World(args)
    for kind in (Catalog, Inventory, Order, Payment):
        module = kind(world)
        if args.only and module.NAME not in args.only.split(","):
            continue
        start = time.monotonic()
        sink.fill(module)
        print(f"{module.NAME}: {time.monotonic() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
