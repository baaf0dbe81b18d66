"""Honest buyers alone, and beside hostile clients, against a store on this machine.

    hostile.py BASE-PORT PID SECONDS

Three programs share this machine: the store, the buyers (buyers.py), and the hostile clients (crowd.py). The buyers and the
store run at normal priority. The hostile clients run at a lower one (`nice`, HOSTILE_NICE, 10 unless set): attackers bring
their own processors, and what is to be measured is the store. How much they sent is printed, and what processor each
program took.

The buyers are alone for a quarter of the time (30 s at least), then beside the hostile clients for SECONDS, then alone again. The
same process asks the same things all the time.

Ends with 1 when an honest buyer was answered anything but 2xx beside the hostile clients, waited at the 99th percentile more
than twice as long as alone, or the memory grew by more than 40 MB.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

PORT, PID, SECONDS = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
HERE = pathlib.Path(__file__).parent
WARM, QUIET, AFTER = 5, max(30.0, SECONDS / 4), 20
NICE = int(os.environ.get("HOSTILE_NICE", "10"))
TICKS = os.sysconf("SC_CLK_TCK")


def resident_kb(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def watch(seconds, programs):
    """Waits; answers what processor each program took, as a share of one core, and the store's memory by the second."""
    began, memory = time.monotonic(), []
    before = {name: processor_seconds(pid) for name, pid in programs.items()}
    while time.monotonic() < began + seconds:
        time.sleep(min(1.0, max(0.0, began + seconds - time.monotonic())))
        memory.append(resident_kb(PID))
    took = time.monotonic() - began
    return {name: (processor_seconds(pid) - before[name]) / took for name, pid in programs.items()}, memory


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000 if values else 0.0


def shares(took):
    return ", ".join(f"{name} {share:.0%}" for name, share in took.items())


def judge(buyers, memory):
    wrong = []
    print(f"{'':8} {'alone':>22} {'attacked':>24} {'after':>22}   p99 attacked / alone")
    for act in ["product", "search", "page", "buy"]:
        line, p99 = f"{act:8}", {}
        for phase in ["quiet", "attacked", "after"]:
            waits = buyers["waits"].get(phase, {}).get(act, [])
            p99[phase] = percentile(waits, 0.99)
            line += f" p50 {percentile(waits, 0.5):5.1f} p99 {p99[phase]:6.1f} ({len(waits):4})"
        ratio = p99["attacked"] / p99["quiet"] if p99["quiet"] else 0.0
        print(f"{line}   {ratio:.2f}")
        if ratio > 2:
            wrong.append(f"the honest p99 of `{act}` went from {p99['quiet']:.1f} to {p99['attacked']:.1f} ms")
    for phase, counts in buyers["answers"].items():
        print(f"honest, {phase}: {counts}")
    bad = [status for status in buyers["answers"].get("attacked", {}) if not str(status).startswith("2")]
    if bad:
        wrong.append(f"honest buyers were answered {bad}")
    alone, attacked, after = memory
    print(f"resident memory: {alone[-1] // 1024} MB before, {max(attacked) // 1024} MB at the most, {after[-1] // 1024} MB after")
    if max(attacked) - alone[-1] > 40 * 1024:
        wrong.append("memory grew")
    return wrong


def main():
    arguments = [str(value) for value in [PORT, WARM, QUIET, SECONDS, AFTER]]
    buyers = subprocess.Popen([sys.executable, HERE / "buyers.py", *arguments], stdout=subprocess.PIPE, text=True)
    time.sleep(WARM)
    programs = {"store": PID, "buyers": buyers.pid}
    alone = watch(QUIET, programs)
    lower = ["nice", "-n", str(NICE), sys.executable, HERE / "crowd.py", str(PORT), str(SECONDS)]
    crowd = subprocess.Popen(lower, stdout=subprocess.PIPE, text=True)
    time.sleep(0.2)
    attacked = watch(SECONDS - 0.5, programs | {"hostile clients": crowd.pid})
    sent = json.loads(crowd.communicate(timeout=60)[0])
    after = watch(AFTER - 5, programs)
    result = json.loads(buyers.communicate(timeout=60)[0])
    wrong = judge(result, [alone[1], attacked[1], after[1]])
    for kind, counts in sorted(sent.items()):
        print(f"{kind:9} {sum(counts.values()) / SECONDS:7.1f}/s {counts}")
    print(f"processor, of one core: alone: {shares(alone[0])}; attacked: {shares(attacked[0])}; after: {shares(after[0])}")
    for line in wrong:
        print(f"WRONG: {line}")
    return 1 if wrong else 0


sys.exit(main())
