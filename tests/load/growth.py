#!/usr/bin/env python3
"""Compares a store that has grown with a small one, in turn on one machine: see scripts/growth."""

import argparse, atexit, os, pathlib, random, re, socket, statistics, subprocess, sys, time, urllib.request

from grow import World

HERE = pathlib.Path(__file__).parent
KINDS = {  # what is read, and the path of a random one
    "product by SKU": lambda world, pick: f"/api/v1/products/{world.sku(pick(world.products))}",
    "stock of a SKU": lambda world, pick: f"/api/v1/stock/{world.sku(pick(world.products))}",
    "order by id": lambda world, pick: f"/api/v1/orders/{uuid(world.order_id(pick(world.orders)))}",
    "order by number": lambda world, pick: f"/api/v1/admin/orders?number={1_000_000 + pick(world.orders)}",
    "payment of an order": lambda world, pick: f"/api/v1/admin/payments?order={uuid(world.order_id(pick(world.orders)))}",
}
PATHS = 20_000  # of each kind
CONNECTIONS = 4


def uuid(ident):
    text = ident.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


class Store:
    """One store, filled and served."""

    def __init__(self, args, database, size):
        self.args, self.size, self.folder = args, size, pathlib.Path(args.work) / f"{database}-{size}"
        self.folder.mkdir(mode=0o700)
        self.now = int(time.time() * 1000)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        name = f"growth_{size}"
        self.database = f"{args.postgres.rsplit('/', 1)[0]}/{name}" if database == "postgres" else ""
        if self.database:
            subprocess.run(["psql", "-qX", args.postgres, "-c", f"CREATE DATABASE {name}"], check=True)
        self.environment = dict(os.environ) | {
            "BANYAN__HTTP__LISTEN": self.url[7:], "BANYAN__DATA__FOLDER": str(self.folder / "data"),
            "BANYAN__DATA__URL": self.database, "BANYAN__LOG__LEVEL": "warn", "BANYAN__MODULES__CATALOG__CACHE_MEBIBYTES": "0",
        }  # fmt: skip
        self.world = World(argparse.Namespace(products=size, orders=size, lines=3, days=90, log_days=7, now=self.now))
        start = time.monotonic()
        subprocess.run([args.store, "migrate"], env=self.environment, check=True, stdout=subprocess.DEVNULL)
        where = ["--postgres", self.database] if self.database else ["--sqlite", str(self.folder / "data")]
        numbers = ["--products", str(size), "--orders", str(size), "--now", str(self.now)]
        subprocess.run([sys.executable, str(HERE / "grow.py"), *where, *numbers], check=True, stdout=subprocess.DEVNULL)
        self.process = None
        atexit.register(self.stop)
        self.serve()
        print(f"{database}: {size} products and orders are there after {time.monotonic() - start:.0f} s", flush=True)

    def serve(self, **more):
        self.stop()
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen([self.args.store, "serve", "--no-demo"], env=self.environment | more, stdout=self.log, stderr=self.log)
        for _ in range(6000):
            try:
                urllib.request.urlopen(self.url + "/health/ready", timeout=10)
                break
            except OSError:
                time.sleep(0.1)
            if self.process.poll() is not None:
                sys.exit((self.folder / "log").read_text()[-2000:])
        self.key = (self.folder / "data" / "admin.key").read_text().strip()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def wrk(self, script, connections, seconds, **environment):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(HERE / script), self.url]
        environment = dict(os.environ) | {"KEY": self.key, "SEED": str(random.getrandbits(30))} | environment
        printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        return [float(part) for part in re.search(r"^RESULT (.*)$", printed, re.M)[1].split()]

    def reads(self, kind):
        paths = self.folder / kind.replace(" ", "-")
        if not paths.exists():
            pick = lambda count: random.randint(1, count)
            paths.write_text("".join(KINDS[kind](self.world, pick) + "\n" for _ in range(PATHS)))
        answers, bad, took, p50, p99, longest = self.wrk("keyed.lua", CONNECTIONS, self.args.seconds, PATHS=str(paths))
        return {"rate": answers / took, "bad": bad, "p50": p50 / 1000, "p99": p99 / 1000}

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "VmHWM")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("store", "postgres", "work"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgres"])
    args = parser.parse_args()
    for database in args.databases:
        small, large = (Store(args, database, size) for size in (args.small, args.large))
        print(f"{'':22}{'':>9}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'bad':>5}   large / small p99, lowest to highest")
        for kind in KINDS:
            runs = [(small.reads(kind), large.reads(kind)) for _ in range(args.rounds)]
            for side, name in enumerate(("small", "large")):
                middle = {key: statistics.median(run[side][key] for run in runs) for key in runs[0][side]}
                line = f"{kind if side == 0 else '':22}{name:>9}{middle['rate']:>10.0f}{middle['p50']:>9.2f}{middle['p99']:>9.2f}{middle['bad']:>5.0f}"
                if side:
                    ratios = [one["p99"] / other["p99"] for other, one in runs]
                    line += f"   {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
                print(line, flush=True)
        for name, store in (("small", small), ("large", large)):
            print(f"{name}: resident {store.memory()[0]:.0f} MiB, at most {store.memory()[1]:.0f}")
        start = time.monotonic()
        large.stop()
        checked = subprocess.run([args.store, "check"], env=large.environment, capture_output=True, text=True)
        print(f"banyan check of the large store: {time.monotonic() - start:.0f} s, exit {checked.returncode}", flush=True)
        if checked.returncode:
            print(checked.stdout[-2000:])
        small.stop()


if __name__ == "__main__":
    main()
