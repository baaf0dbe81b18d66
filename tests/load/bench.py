"""Measures the store beside the yardstick (and an earlier build), in turn, on one machine. Called by scripts/bench.

A side is a running server: `store`, `earlier` (BANYAN_EARLIER) and `yardstick`. Every measurement is taken of all sides one after
the other, in several rounds. A ratio is the median of the rounds' ratios, printed with the lowest and the highest. Only the
side that is measured has work; the others are idle.
"""

import argparse, json, os, pathlib, re, socket, statistics, subprocess, sys, time, urllib.request

HERE = pathlib.Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
PRODUCTS = 2800
LOADS = {  # name: wrk script, environment, connections
    "orders-1": ("orders", {}, 1),
    "orders-8": ("orders", {}, 8),
    "orders-32": ("orders", {}, 32),
    "orders-128": ("orders", {}, 128),
    "orders-200/s": ("orders", {"RATE": "200"}, 32),
    "product": ("reads", {"WHAT": "product"}, 32),
    "page": ("reads", {"WHAT": "page"}, 32),
    "hello": ("reads", {"WHAT": "hello"}, 32),
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def process_seconds(pid):
    """Processor time that a process has used, with that of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def children(pid):
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except (OSError, ValueError, IndexError):
            pass  # the process has ended
    return found


def machine_ticks():
    """User and system together, idle, stolen: ticks of all processors since the start of the machine."""
    user, nice, system, idle, wait, irq, soft, steal = map(int, open("/proc/stat").readline().split()[1:9])
    return user + nice + system + irq + soft, idle + wait, steal


class Server:
    """A side: its process, its address, and its database when that is on Postgres."""

    def __init__(self, name, bench):
        self.name, self.bench, self.is_store = name, bench, name != "yardstick"
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.folder = bench.work / f"{name}-{bench.database}"
        self.folder.mkdir(mode=0o700)
        url = f"{bench.args.postgres.rsplit('/', 1)[0]}/{name}" if bench.is_postgres else ""
        if bench.is_postgres:
            bench.sql("postgres", f"CREATE DATABASE {name}")
        environment = dict(os.environ)
        if self.is_store:
            environment |= {"BANYAN__HTTP__LISTEN": f"127.0.0.1:{port}", "BANYAN__DATA__FOLDER": str(self.folder), "BANYAN__DATA__URL": url}
            command = [bench.binaries[name], "serve", "--no-demo"]
        else:
            command = [bench.binaries[name], url or f"sqlite:{self.folder}/yardstick.db", f"127.0.0.1:{port}"]
        self.log = open(self.folder / "log", "wb")
        self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=self.log, stderr=self.log)
        bench.servers.append(self)
        self.answers("/health/ready" if self.is_store else "/hello")
        if self.is_store:
            self.key = (self.folder / "admin.key").read_text().strip()
            self.load_products()

    def request(self, path, body=None, kind=None):
        headers = {"Authorization": f"Bearer {self.key}"} if self.is_store and hasattr(self, "key") else {}
        if kind:
            headers["Content-Type"] = kind
        asked = urllib.request.Request(self.url + path, data=body, headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.read().decode()

    def answers(self, path, wanted=""):
        for _ in range(300):
            try:
                if wanted in self.request(path):
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit(f"{self.name} does not answer {path}; its log ends:\n" + (self.folder / "log").read_text()[-2000:])

    def load_products(self):
        rows = [f"SKU{n:05d},White Hanging Heart {n},{(100 + n) // 100}.{(100 + n) % 100:02d},GBP,1000000000" for n in range(PRODUCTS)]
        self.request("/api/v1/admin/products/import", "\n".join(["sku,title,price,currency,stock", *rows]).encode(), "text/csv")
        self.answers(f"/api/v1/stock/SKU{PRODUCTS - 1:05d}", "available")

    def memory_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def written_bytes(self):
        """Bytes that the store's process has had written to its files; with Postgres, bytes of write-ahead log."""
        if self.bench.is_postgres:
            return int(self.bench.sql("postgres", "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"))
        io = pathlib.Path(f"/proc/{self.process.pid}/io").read_text()
        return int(re.search(r"^write_bytes: (\d+)", io, re.M)[1])

    def rows(self):
        """Rows written so far and index entries made for them, from Postgres's own counts."""
        if not self.bench.is_postgres:
            return 0, 0
        counted = self.bench.sql(self.name, """
            SELECT sum(n_tup_ins + n_tup_upd + n_tup_del),
                   sum((n_tup_ins + n_tup_upd - n_tup_hot_upd) * (SELECT count(*) FROM pg_index WHERE indrelid = relid))
            FROM pg_stat_user_tables""")
        return tuple(float(part or 0) for part in counted.split("|"))

    def statements(self):
        """Statements and commits so far, from pg_stat_statements."""
        if not self.bench.is_postgres:
            return 0, 0
        counted = self.bench.sql("postgres", f"""
            SELECT sum(calls), coalesce(sum(calls) FILTER (WHERE query LIKE 'COMMIT%'), 0)
            FROM pg_stat_statements JOIN pg_database ON dbid = pg_database.oid WHERE datname = '{self.name}'""")
        return tuple(float(part or 0) for part in counted.split("|"))

    def reactions(self):
        """How often an order's events reached their reader within each bound, in seconds: {bound: count}."""
        if not self.is_store:
            return {}
        found, line = {}, re.compile(r'^banyan_(?:reaction|event_delivery)_seconds_bucket\{consumer="order".*le="([^"]+)".*\} (\S+)')
        for matched in filter(None, map(line.match, self.request("/metrics").splitlines())):
            found[float(matched[1])] = found.get(float(matched[1]), 0) + float(matched[2])
        return found

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()


class Bench:
    def __init__(self, args, database):
        self.args, self.database, self.is_postgres = args, database, database == "postgres"
        self.work, self.servers = pathlib.Path(args.work), []
        named = {"store": args.store, "earlier": args.earlier, "yardstick": args.yardstick}
        self.binaries = {name: str(pathlib.Path(file).resolve()) if file else "" for name, file in named.items()}
        self.results = {}

    def sql(self, database, statement):
        url = f"{self.args.postgres.rsplit('/', 1)[0]}/{database}"
        return subprocess.run([f"{self.args.pg_bin}/psql", "-qXAt", url, "-c", statement], check=True, capture_output=True, text=True).stdout.strip()

    def postgres_seconds(self):
        """Processor time of the server and all its backends. A backend that ends is added to its parent."""
        if not self.is_postgres:
            return 0.0
        total = process_seconds(self.args.pg_pid)
        for pid in children(self.args.pg_pid):
            try:
                total += process_seconds(pid)
            except OSError:
                pass
        return total

    def counters(self, side):
        return {
            "process": process_seconds(side.process.pid),
            "postgres": self.postgres_seconds(),
            "machine": machine_ticks(),
            "written": side.written_bytes(),
            "reactions": side.reactions(),
        }

    def measure(self, side, load, seconds):
        script, extra, connections = LOADS[load]
        shape = "store" if side.is_store else "yardstick"
        environment = dict(os.environ) | extra | {"SHAPE": shape, "SEED": os.urandom(8).hex()}
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(HERE / f"{script}.lua"), side.url]
        before = self.counters(side)
        printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        after = self.counters(side)
        answers, bad, took, p50, p99 = map(float, re.search(r"^RESULT (.*)$", printed, re.M)[1].split())
        busy, idle, steal = (a - b for a, b in zip(after["machine"], before["machine"]))
        whole, each = max(1, busy + idle + steal), max(1.0, answers)
        reacted = {bound: count - before["reactions"].get(bound, 0) for bound, count in after["reactions"].items()}
        return {
            "rate": answers / took, "bad": bad, "p50": p50 / 1000, "p99": p99 / 1000,
            "cpu": 1000 * (after["process"] - before["process"]) / each,
            "pg_cpu": 1000 * (after["postgres"] - before["postgres"]) / each,
            "idle": 100 * idle / whole, "steal": 100 * steal / whole,
            "written": (after["written"] - before["written"]) / each, "reactions": reacted,
        }

    def rows_of(self, side):
        """Rows, index entries, statements and commits an order, at 32 clients."""
        before = (*side.rows(), *side.statements())
        measured = self.measure(side, "orders-32", self.args.seconds)
        time.sleep(2)  # Postgres's backends report their counts within a second
        after = (*side.rows(), *side.statements())
        return [(a - b) / max(1.0, measured["rate"] * self.args.seconds) for a, b in zip(after, before)]

    def run(self):
        sides = [Server(name, self) for name in ("store", "earlier", "yardstick") if self.binaries[name]]
        print(f"\n{self.database}: {self.args.rounds} rounds in turn, {self.args.seconds} s each, three lines an order, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start")
        for side in sides:
            self.measure(side, "orders-32", 2)  # fills the caches
        for load in self.args.only or [name for name in LOADS]:
            for _ in range(self.args.rounds):
                for side in sides:
                    if load != "hello" or not side.is_store:
                        self.results.setdefault((load, side.name), []).append(self.measure(side, load, self.args.seconds))
            self.show(load, sides)
        self.show_reads_against_hello()
        for side in sides:
            line = f"{side.name:10} resident {side.memory_mib():.0f} MiB"
            if self.is_postgres:
                rows, entries, statements, commits = self.rows_of(side)
                line += f"; an order: {rows:.1f} rows, {entries:.1f} index entries, {statements:.1f} statements, {commits:.2f} COMMITs"
            if side.is_store:
                log = (side.folder / "log").read_text(errors="replace")
                line += f"; {len(re.findall(r'WARN|ERROR', log))} warnings and errors in the log"
            print(line)

    def show(self, load, sides):
        if ("shown", "head") not in self.results:
            self.results["shown", "head"] = True
            print(f"{'':14}{'':10}{'a second':>10}{'lowest':>8}{'highest':>8}{'p50 ms':>9}{'p99 ms':>9}{'cpu ms':>8}{'pg ms':>7}{'idle %':>7}{'steal %':>8}{'bytes':>8}{'bad':>5}")
        for side in sides:
            runs = self.results.get((load, side.name))
            if not runs:
                continue
            middle = {key: statistics.median(run[key] for run in runs) for key in runs[0] if key != "reactions"}
            rates = [run["rate"] for run in runs]
            print(f"{load:14}{side.name:10}{middle['rate']:10.0f}{min(rates):8.0f}{max(rates):8.0f}{middle['p50']:9.2f}{middle['p99']:9.2f}{middle['cpu']:8.3f}{middle['pg_cpu']:7.3f}{middle['idle']:7.0f}{middle['steal']:8.1f}{middle['written']:8.0f}{sum(run['bad'] for run in runs):5.0f}")
            if load == "orders-200/s" and side.is_store:
                self.show_reactions(runs)
        if load != "orders-200/s":
            for other in ("yardstick", "earlier"):
                self.ratio(f"{load} store / {other}", (load, "store"), (load, other))
        sys.stdout.flush()

    def ratio(self, title, one, other):
        if one in self.results and other in self.results:
            ratios = [a["rate"] / b["rate"] for a, b in zip(self.results[one], self.results[other])]
            print(f"{'':14}{title}: {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")

    def show_reads_against_hello(self):
        for load in ("product", "page"):
            self.ratio(f"{load} store / hello of the yardstick", (load, "store"), ("hello", "yardstick"))

    @staticmethod
    def show_reactions(runs):
        counts = {}
        for run in runs:
            for bound, count in run["reactions"].items():
                counts[bound] = counts.get(bound, 0) + count
        total = counts.get(float("inf"), 0)
        if total:
            shares = [(bound, 100 * count / total) for bound, count in sorted(counts.items()) if count > 0]
            enough = next((index for index, (_, share) in enumerate(shares) if share >= 99.95), len(shares) - 1)
            print(f"{'':14}commit to reaction: " + ", ".join(f"{share:.1f} % within {bound * 1000:g} ms" for bound, share in shares[: enough + 1]))


def main():
    parser = argparse.ArgumentParser()
    for name in ("store", "earlier", "yardstick", "postgres", "pg-bin", "work"):
        parser.add_argument(f"--{name}", default="")
    for name, default in (("pg-pid", 0), ("seconds", 4), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", nargs="*", choices=list(LOADS))
    parser.add_argument("--databases", nargs="*", default=["sqlite", "postgres"])
    args = parser.parse_args()
    for database in args.databases:
        bench = Bench(args, database)
        try:
            bench.run()
        finally:
            for server in bench.servers:
                server.stop()


main()
