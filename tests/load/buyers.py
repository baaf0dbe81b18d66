"""Honest buyers, in a process of their own: hostile.py starts it.

    buyers.py PORT WARM QUIET ATTACKED AFTER

16 buyers, each from an address of its own in 127.2.0.0/16, look at a product, search, read a page or buy, each at a pace that a
person could have. A wait is from the call until the answer is read, so it holds this process' own work too, the same in each
phase. What is asked in the first WARM seconds is not counted. Prints {"waits": {phase: {act: [seconds]}}, "answers": {phase:
{status: count}}}.
"""

import asyncio
import gc
import json
import random
import sys
import time
import uuid
from collections import Counter, defaultdict

PORT = int(sys.argv[1])
PHASES = list(zip(["warm", "quiet", "attacked", "after"], map(float, sys.argv[2:6])))
HOST, BUYERS, PATIENCE = "127.0.0.1", 16, 30
SKUS = ["MUG-CHALK", "TEA-GREEN-100", "COF-HOUSE-250", "KET-STEEL-1L", "GRN-HAND", "PAN-IRON-24"]
WORDS = ["steel", "leaves", "kitchen", "iron", "the", "house", "mug", "a", "cup"]
ACTS = ["product", "product", "search", "page", "buy"]

answers = defaultdict(Counter)
waits = defaultdict(lambda: defaultdict(list))


class Client:
    """One connection, kept as long as the store keeps it."""

    def __init__(self, address):
        self.address, self.reader, self.writer = address, None, None

    def close(self):
        if self.writer:
            self.writer.close()
        self.reader = self.writer = None

    async def ask(self, method, path, body=None, headers=None):
        for fresh in (self.writer is None, True):
            if fresh:
                self.close()
                self.reader, self.writer = await asyncio.open_connection(HOST, PORT, local_addr=(self.address, 0))
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
        fields = {k.strip().lower(): v.strip() for k, v in (l.split(":", 1) for l in head.split("\r\n")[1:] if ":" in l)}
        if fields.get("transfer-encoding") == "chunked":
            while size := int((await self.reader.readuntil(b"\r\n")).strip(), 16):
                await self.reader.readexactly(size + 2)
            await self.reader.readexactly(2)
        elif length := int(fields.get("content-length", 0)):
            await self.reader.readexactly(length)
        if fields.get("connection", "").lower() == "close":
            self.close()
        return int(head.split(" ", 2)[1])


def order(email, sku):
    return {"email": email, "currency": "GBP", "lines": [{"sku": sku, "quantity": 1}],
            "payment": {"method": "simulated", "token": "tok_approve"}}


async def buyer(number, phase):
    client = Client(f"127.2.0.{number + 1}")
    dice = random.Random(number)
    await asyncio.sleep(dice.random())
    while True:
        sku, act = dice.choice(SKUS), dice.choice(ACTS)
        if act == "product":
            call = client.ask("GET", f"/api/v1/products/{sku}?include=availability")
        elif act == "search":
            call = client.ask("GET", "/api/v1/products?query=" + dice.choice(WORDS))
        elif act == "page":
            call = client.ask("GET", "/api/v1/products?limit=20")
        else:
            call = client.ask("POST", "/api/v1/orders", order(f"buyer{number}@example.com", sku),
                              {"Idempotency-Key": str(uuid.uuid4())})
        asked_in, started = phase[0], time.monotonic()
        try:
            status = await asyncio.wait_for(call, PATIENCE)
        except (OSError, asyncio.TimeoutError, asyncio.IncompleteReadError) as error:
            status = type(error).__name__
            client.close()
        waits[asked_in][act].append(time.monotonic() - started)
        answers[asked_in][status] += 1
        await asyncio.sleep(0.2 + 0.4 * dice.random())


async def main():
    phase = [PHASES[0][0]]
    buyers = [asyncio.create_task(buyer(number, phase)) for number in range(BUYERS)]
    for name, seconds in PHASES:
        phase[0] = name
        await asyncio.sleep(seconds)
    for task in buyers:
        task.cancel()
    await asyncio.gather(*buyers, return_exceptions=True)


gc.disable()  # nothing here makes circles, and a collection would look like a slow answer
asyncio.run(main())
json.dump({"waits": waits, "answers": answers}, sys.stdout)
