"""Hostile clients beside honest buyers, against a store on this machine.

    hostile.py BASE-PORT PID SECONDS

Honest buyers come from 127.2.0.0/16, and look at a product, search, fill a cart or buy, each at a pace that a person could have.
First they are alone for a fifth of the time. Then come, each kind from addresses of its own in 127.1.0.0/16: slow clients
(heads that trickle, bodies that do not come, answers that are not read), guessers of admin keys and order tokens, hoarders
(orders of everything whose payment is never decided), and floods of searches. All of it is bounded in time.

Prints percentiles of the honest buyers alone and beside the others, what everyone was answered, and the store's memory.
Ends with 1 when an honest buyer was answered 5xx or 429, waited at the 99th percentile more than twice as long as alone (and
more than 50 ms), or the memory grew by more than 40 MB.
"""

import asyncio
import json
import random
import sys
import time
import uuid
from collections import Counter, defaultdict

PORT, PID, SECONDS = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
HOST = "127.0.0.1"
HONEST, SLOW, GUESSERS, HOARDERS, FLOODS = 16, 500, 50, 20, 20
SKUS = ["MUG-CHALK", "TEA-GREEN-100", "COF-HOUSE-250", "KET-STEEL-1L", "GRN-HAND", "PAN-IRON-24"]
WORDS = ["steel", "leaves", "kitchen", "iron tin", "the of", "house roasted", "mug brushed", "a b", "cup"]

answers = defaultdict(Counter)
waits = defaultdict(list)


def resident_kb():
    for line in open(f"/proc/{PID}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


class Client:
    """One connection, kept as long as the store keeps it, from an address of its own."""

    def __init__(self, address):
        self.address, self.reader, self.writer = address, None, None

    async def connect(self):
        self.reader, self.writer = await asyncio.open_connection(HOST, PORT, local_addr=(self.address, 0))

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    async def ask(self, method, path, body=None, headers=None):
        for fresh in (self.writer is None, True):
            if fresh:
                self.close()
                await self.connect()
            try:
                return await self.once(method, path, body, headers)
            except (ConnectionError, asyncio.IncompleteReadError):
                if fresh:
                    raise

    async def once(self, method, path, body, headers):
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(data)}"]
        lines += ["Content-Type: application/json"] if data else []
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status = int(head.split(" ", 2)[1])
        fields = {k.strip().lower(): v.strip() for k, v in (l.split(":", 1) for l in head.split("\r\n")[1:] if ":" in l)}
        content = b""
        if fields.get("transfer-encoding") == "chunked":
            while size := int((await self.reader.readuntil(b"\r\n")).strip(), 16):
                content += (await self.reader.readexactly(size + 2))[:-2]
            await self.reader.readexactly(2)
        elif length := int(fields.get("content-length", 0)):
            content = await self.reader.readexactly(length)
        if fields.get("connection", "").lower() == "close":
            self.close()
        return status, content


def order(email, skus, token):
    return {"email": email, "currency": "GBP", "lines": [{"sku": sku, "quantity": count} for sku, count in skus],
            "payment": {"method": "simulated", "token": token}}


async def honest(number, phase):
    client = Client(f"127.2.0.{number + 1}")
    dice = random.Random(number)
    await asyncio.sleep(dice.random())
    while True:
        sku, act = dice.choice(SKUS), dice.choice(["product", "product", "search", "page", "buy"])
        if act == "product":
            call = client.ask("GET", f"/api/v1/products/{sku}?include=availability")
        elif act == "search":
            call = client.ask("GET", "/api/v1/products?query=" + dice.choice(WORDS).split()[0])
        elif act == "page":
            call = client.ask("GET", "/api/v1/products?limit=20")
        else:
            call = client.ask("POST", "/api/v1/orders", order(f"buyer{number}@example.com", [(sku, 1)], "tok_approve"),
                              {"Idempotency-Key": str(uuid.uuid4())})
        started = time.monotonic()
        try:
            status, _ = await asyncio.wait_for(call, 30)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            status = type(error).__name__
            client.close()
        waits[phase[0], act].append(time.monotonic() - started)
        answers[f"honest, {phase[0]}"][status] += 1
        await asyncio.sleep(0.2 + 0.4 * dice.random())


async def slow(number):
    address = f"127.1.1.{number % 250 + 1}"
    while True:
        client = Client(address)
        try:
            await client.connect()
            kind = number % 3
            if kind == 0:
                for byte in b"GET /api/v1/products HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"x" * 1000:
                    client.writer.write(bytes([byte]))
                    await client.writer.drain()
                    await asyncio.sleep(1)
            elif kind == 1:
                client.writer.write(b"POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                                    b"Idempotency-Key: 0123456789abcdefghijklmn\r\nContent-Length: 1000\r\n\r\n{")
                await client.reader.read(4096)
            else:
                for _ in range(200):
                    client.writer.write(b"GET /api/v1/products?limit=100 HTTP/1.1\r\nHost: a\r\n\r\n")
                await asyncio.sleep(60)
            answers["slow"]["ended by the store"] += 1
        except OSError:
            answers["slow"]["ended by the store"] += 1
        client.close()
        await asyncio.sleep(1)


async def attack(kind, address, pause, make):
    client = Client(address)
    while True:
        try:
            status, _ = await asyncio.wait_for(client.ask(*make()), 30)
            answers[kind][status] += 1
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            answers[kind][type(error).__name__] += 1
            client.close()
        await asyncio.sleep(pause)


def guess():
    if random.random() < 0.5:
        return "GET", "/api/v1/admin/stock/MUG-CHALK", None, {"Authorization": f"Bearer {uuid.uuid4()}{uuid.uuid4()}"}
    return "GET", f"/api/v1/orders/{uuid.uuid4()}", None, {"X-Order-Token": str(uuid.uuid4())}


def hoard():
    body = order(f"h{random.randrange(10)}@example.com", [(sku, 5) for sku in SKUS], "tok_unavailable")
    return "POST", "/api/v1/orders", body, {"Idempotency-Key": str(uuid.uuid4())}


def flood():
    return "GET", "/api/v1/products?query=" + random.choice(WORDS).replace(" ", "+"), None, None


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000 if values else 0.0


def report(memory):
    wrong = []
    for act in ["product", "search", "page", "buy"]:
        quiet, loud = waits["quiet", act], waits["attacked", act]
        figures = [percentile(values, part) for values in (quiet, loud) for part in (0.5, 0.99)]
        print(f"{act:8} alone p50 {figures[0]:6.1f} p99 {figures[1]:6.1f} ms ({len(quiet)}), "
              f"attacked p50 {figures[2]:6.1f} p99 {figures[3]:6.1f} ms ({len(loud)})")
        if figures[3] > max(2 * figures[1], 50):
            wrong.append(f"the honest p99 of `{act}` went from {figures[1]:.1f} to {figures[3]:.1f} ms")
    for kind, counts in sorted(answers.items()):
        print(f"{kind:18} {dict(counts)}")
    print(f"resident memory: {memory[0] // 1024} MB before, {max(memory) // 1024} MB at the most, {memory[-1] // 1024} MB after")
    bad = [status for status in answers["honest, attacked"] if not str(status).startswith("2")]
    if bad:
        wrong.append(f"honest buyers were answered {bad}")
    if memory[-1] - memory[0] > 40 * 1024:
        wrong.append("memory grew")
    return wrong


async def main():
    phase = ["quiet"]
    buyers = [asyncio.create_task(honest(number, phase)) for number in range(HONEST)]
    await asyncio.sleep(SECONDS / 5)
    memory = [resident_kb()]
    phase[0] = "attacked"
    hostile = [asyncio.create_task(slow(number)) for number in range(SLOW)]
    kinds = [("guessers", GUESSERS, 0.2, guess), ("hoarders", HOARDERS, 0.5, hoard), ("floods", FLOODS, 0.02, flood)]
    for place, (kind, count, pause, make) in enumerate(kinds):
        addresses = [f"127.1.{place + 2}.{number + 1}" for number in range(count)]
        hostile += [asyncio.create_task(attack(kind, address, pause, make)) for address in addresses]
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        await asyncio.sleep(1)
        memory.append(resident_kb())
    for task in hostile + buyers:
        task.cancel()
    await asyncio.gather(*hostile, *buyers, return_exceptions=True)
    await asyncio.sleep(2)
    memory.append(resident_kb())
    return report(memory)


wrong = asyncio.run(main())
for line in wrong:
    print(f"WRONG: {line}")
sys.exit(1 if wrong else 0)
