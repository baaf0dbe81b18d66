"""Hostile clients, in a process of their own: hostile.py starts it.

    crowd.py PORT SECONDS

Each kind comes from addresses of its own in 127.1.0.0/16: 500 slow clients (heads that trickle, bodies that do not come, answers
that are not read), 50 guessers of admin keys and order tokens, 20 hoarders (orders of everything whose payment is never
decided), and 20 floods of searches. A client that is answered waits a little and asks again, whatever the answer was.
Connections are raw and answers are hardly looked at, so that the attack costs little of the processor that it shares with the
store. Prints {kind: {status: count}}.
"""

import asyncio
import json
import random
import sys
import time
import uuid
from collections import Counter, defaultdict

PORT, SECONDS = int(sys.argv[1]), float(sys.argv[2])
HOST = "127.0.0.1"
SLOW, GUESSERS, HOARDERS, FLOODS = 500, 50, 20, 20
SKUS = ["MUG-CHALK", "TEA-GREEN-100", "COF-HOUSE-250", "KET-STEEL-1L", "GRN-HAND", "PAN-IRON-24"]
WORDS = ["steel", "leaves", "kitchen", "iron+tin", "the+of", "house+roasted", "mug+brushed", "a+b", "cup"]
PATIENCE = 30

answers = defaultdict(Counter)


class Attacker(asyncio.Protocol):
    """Asks, waits for the answer, and asks again after `pause` seconds."""

    def __init__(self, kind, address, pause, make):
        self.kind, self.address, self.pause, self.make = kind, address, pause, make
        self.transport, self.heard, self.asked_at = None, b"", None

    def start(self):
        self.asked_at = time.monotonic()
        asyncio.ensure_future(self.connect())

    async def connect(self):
        try:
            await asyncio.get_running_loop().create_connection(lambda: self, HOST, PORT, local_addr=(self.address, 0))
        except OSError as error:
            self.end(type(error).__name__)

    def connection_made(self, transport):
        self.transport = transport
        self.ask()

    def connection_lost(self, _error):
        self.transport = None
        if self.asked_at:
            self.end("closed")

    def ask(self):
        if self.transport is None:
            return self.start()
        self.heard, self.asked_at = b"", time.monotonic()
        self.transport.write(self.make())

    def data_received(self, data):
        self.heard = self.heard + data if self.heard else data
        head, found, body = self.heard.partition(b"\r\n\r\n")
        if not found:
            return
        fields = head.lower()
        place = fields.find(b"\r\ncontent-length: ")
        if place >= 0:
            length = int(fields[place + 18:].split(b"\r\n", 1)[0])
            whole = len(body) >= length
        else:
            whole = body.endswith(b"0\r\n\r\n")
        if whole:
            if b"\r\nconnection: close" in fields:
                self.transport.close()
                self.transport = None
            self.end(head[9:12].decode())

    def end(self, status):
        answers[self.kind][status] += 1
        self.asked_at = None
        asyncio.get_running_loop().call_later(self.pause, self.ask)

    def look(self, now):
        if self.asked_at and now - self.asked_at > PATIENCE and self.transport:
            self.transport.abort()


def request(method, path, headers=(), body=b""):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", *headers]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def guess():
    if random.random() < 0.5:
        return request("GET", "/api/v1/admin/stock/MUG-CHALK", [f"Authorization: Bearer {uuid.uuid4()}{uuid.uuid4()}"])
    return request("GET", f"/api/v1/orders/{uuid.uuid4()}", [f"X-Order-Token: {uuid.uuid4()}"])


def everything(number):
    return json.dumps({"email": f"h{number}@example.com", "currency": "GBP",
                       "lines": [{"sku": sku, "quantity": 5} for sku in SKUS],
                       "payment": {"method": "simulated", "token": "tok_unavailable"}}).encode()


EVERYTHING = [everything(number) for number in range(10)]
SEARCHES = [request("GET", "/api/v1/products?query=" + word) for word in WORDS]


def hoard():
    headers = ["Content-Type: application/json", f"Idempotency-Key: {uuid.uuid4()}"]
    return request("POST", "/api/v1/orders", headers, random.choice(EVERYTHING))


def flood():
    return random.choice(SEARCHES)


class Deaf(asyncio.Protocol):
    """Sends requests and reads no answer."""

    def connection_made(self, transport):
        transport.pause_reading()
        transport.write(request("GET", "/api/v1/products?limit=100") * 200)
        self.transport = transport


async def slow(number):
    address = f"127.1.1.{number % 250 + 1}"
    loop, kind = asyncio.get_running_loop(), number % 3
    while True:
        try:
            if kind == 2:
                transport, _ = await loop.create_connection(Deaf, HOST, PORT, local_addr=(address, 0))
                await asyncio.sleep(20)
                transport.abort()
            else:
                reader, writer = await asyncio.open_connection(HOST, PORT, local_addr=(address, 0))
                await (trickle(writer) if kind == 0 else hold_back(reader, writer))
                writer.close()
        except OSError:
            pass
        answers["slow"]["ended"] += 1
        await asyncio.sleep(1)


async def trickle(writer):
    for byte in b"GET /api/v1/products HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"x" * 1000:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


async def hold_back(reader, writer):
    headers = ["Content-Type: application/json", "Idempotency-Key: 0123456789abcdefghijklmn", "Content-Length: 1000"]
    writer.write(request("POST", "/api/v1/orders", headers) + b"{")
    await reader.read(4096)


async def main():
    tasks = [asyncio.create_task(slow(number)) for number in range(SLOW)]
    attackers = []
    kinds = [("guessers", GUESSERS, 0.2, guess), ("hoarders", HOARDERS, 0.5, hoard), ("floods", FLOODS, 0.02, flood)]
    for place, (kind, count, pause, make) in enumerate(kinds):
        attackers += [Attacker(kind, f"127.1.{place + 2}.{number + 1}", pause, make) for number in range(count)]
    for attacker in attackers:
        attacker.start()
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        await asyncio.sleep(1)
        for attacker in attackers:
            attacker.look(time.monotonic())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    json.dump(answers, sys.stdout)


asyncio.run(main())
