"""Runs a case and reads what the kernel says of the whole process: CPU and wall time, peak of resident memory."""
import json
import math
import os
import resource
import shlex
import signal
import subprocess
import tempfile
import threading
import time

ADDRESS_SPACE = 4 << 30  # bytes: a run that wants more fails, instead of taking the machine along
UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}


class Failed(Exception):
    """A command that did not do what it should, with its own words for it."""


def _limits(cpu_seconds):
    whole = math.ceil(cpu_seconds)

    def set_them():
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 1))
    return set_them


def _last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def spawn(words, root, cpu_limit):
    """One process: (stdout, cpu s, wall s, peak MiB). Raises Failed; also past `cpu_limit`, and past ten times that of
    wall time, for one that waits for ever."""
    if not os.path.exists(os.path.join(root, words[0])):
        raise Failed(f"{words[0]} is not built")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        process = subprocess.Popen(words, cwd=root, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                   preexec_fn=_limits(cpu_limit))
        late = threading.Event()

        def stop():
            late.set()
            process.send_signal(signal.SIGKILL)
        timer = threading.Timer(10 * cpu_limit, stop)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        text, words_of_error = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if late.is_set():
        raise Failed(f"stopped after {10 * cpu_limit:g} s")
    if process.returncode == -signal.SIGXCPU:
        raise Failed(f"stopped after {math.ceil(cpu_limit)} s of CPU time")
    if process.returncode:
        reason = _last_line(words_of_error) or _last_line(text) or "it said nothing"
        raise Failed(f"exit code {process.returncode}: {reason}")
    return text, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024


def read_facts(text):
    """What a program printed, as (facts, CPU seconds of an iteration or None). Raises Failed."""
    try:
        document = json.loads(text)
    except ValueError:
        raise Failed("it printed nothing: no such benchmark?" if not text else "what it printed is no JSON") from None
    if "benchmarks" in document:
        rows = [row for row in document["benchmarks"] if row.get("run_type", "iteration") == "iteration"]
        if len(rows) != 1:
            raise Failed(f"the filter takes {len(rows)} benchmarks, not one")
        if rows[0].get("error_occurred"):
            raise Failed(rows[0].get("error_message", "the benchmark failed"))
        return {}, rows[0]["cpu_time"] * UNITS[rows[0]["time_unit"]]
    if "seconds" in document:
        return {"time_ps": document["seconds"] * 1e12, "messages": document["messages"]}, None
    results = document["results"]
    facts = {"fingerprint": document["fingerprint"], "how": sorted({result["how"] for result in results})}
    if len(results) == 1:
        facts["time_ps"] = results[0]["time_ps"]
        for name in ("rank_classes", "flow_classes", "link_classes", "events"):
            if name in results[0]:
                facts[name] = results[0][name]
    return facts, None


def run_once(case, root, build="build"):
    """One sample: {cpu_s, wall_s, peak_mib, facts}. Commands add up, memory is that of the largest. Raises Failed."""
    cpu, wall, peak, facts = 0.0, 0.0, 0.0, []
    for command in case.commands:
        words = shlex.split(command)
        words[0] = words[0].replace("./build/", f"{build}/", 1)
        text, its_cpu, its_wall, its_peak = spawn(words, root, case.cpu_limit)
        its_facts, iteration = read_facts(text)
        cpu += its_cpu if iteration is None else iteration
        wall += its_wall
        peak = max(peak, its_peak)
        facts.append(its_facts)
    return {"cpu_s": cpu, "wall_s": wall, "peak_mib": peak, "facts": facts[0] if len(facts) == 1 else {"parts": facts}}
