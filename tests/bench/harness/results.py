"""Rows from samples: medians, verdicts, comparisons. A row is a dictionary, as it stands in a baseline."""
import statistics

NOISE = 0.02  # CPU seconds of a whole process below which a difference is not looked at


def spread(values):
    """[median, least, most]"""
    return [statistics.median(values), min(values), max(values)]


def make_row(case, samples, failure=None):
    row = {"id": case.id, "commands": list(case.commands), "runs": len(samples)}
    if failure is not None:
        row["failure"] = failure
        return row
    for name in ("cpu_s", "wall_s", "peak_mib"):
        row[name] = spread([sample[name] for sample in samples])
    row["facts"] = samples[0]["facts"]
    if any(sample["facts"] != row["facts"] for sample in samples):
        row["failure"] = "two runs of the same command gave different results"
    return row


def misses(case, row):
    """What is asked and not met, in words; empty when all holds."""
    if "failure" in row:
        return [row["failure"]]
    found = []
    if case.seconds is not None and row["cpu_s"][0] > case.seconds:
        found.append(f"{row['cpu_s'][0] / case.seconds:.3g} x the time")
    if case.mebibytes is not None and row["peak_mib"][2] > case.mebibytes:
        found.append(f"{row['peak_mib'][2] / case.mebibytes:.3g} x the memory")
    return found


def _time_ps(rows, name):
    return rows.get(name, {}).get("facts", {}).get("time_ps")


def findings(group, rows):
    """(words, whether it holds) of what a group claims, for the claims whose rows were all measured."""
    titles = {case.id: case.title for case in group.cases}
    found = []
    for ids in group.same:
        times = [_time_ps(rows, name) for name in ids]
        if None in times:
            continue
        prints = [rows[name]["facts"].get("fingerprint") for name in ids]
        names = f"{'; '.join(titles[name] for name in ids)}: "
        if len(set(times)) > 1:
            found.append((f"{names}{' and '.join(f'{time:.0f}' for time in times)} ps", False))
        elif len(set(prints)) > 1:
            found.append((f"{names}fingerprints {' and '.join(map(str, prints))}", False))
        else:
            found.append((f"{names}the same {times[0]:.0f} ps and fingerprint {prints[0]}", True))
    for one, other, allowed in group.close:
        times = _time_ps(rows, one), _time_ps(rows, other)
        if None in times:
            continue
        apart = abs(times[0] - times[1]) / max(times)
        both = f"{titles[one]} {times[0]:.0f} ps, {titles[other]} {times[1]:.0f} ps"
        found.append((f"simulated: {both}, {apart:.1g} apart", apart <= allowed))
    for theirs, ours in group.ratios:
        measured = [rows.get(name, {}).get("cpu_s") for name in (theirs, ours)]
        if None in measured:
            continue
        found.append((f"CPU time of {titles[theirs]} / {titles[ours]}: {ratio(*measured)}", True))
    return found


def ratio(theirs, ours):
    """Of medians, with the least and the most that the spreads allow; these only where there is a spread."""
    smallest = 1e-9
    least, most = theirs[1] / max(ours[2], smallest), theirs[2] / max(ours[1], smallest)
    return f"{theirs[0] / max(ours[0], smallest):.3g} x" + (f" ({least:.3g}-{most:.3g})" if least < most else "")


def compare(rows, baseline, tolerance):
    """(id, now / then of CPU time or None, words, whether it holds) for every row of both."""
    found = []
    for name, row in rows.items():
        then = baseline.get(name)
        if then is None:
            found.append((name, None, "not in the baseline", True))
        elif "failure" in row:
            found.append((name, None, row["failure"], "failure" in then))
        elif "failure" in then:
            found.append((name, None, "failed in the baseline", True))
        else:
            now_s, then_s = row["cpu_s"][0], then["cpu_s"][0]
            times = now_s / max(then_s, 1e-9)
            whole_process = "fingerprint" in row["facts"] or "time_ps" in row["facts"] or "parts" in row["facts"]
            noise = whole_process and now_s - then_s < NOISE
            words = "" if row["facts"] == then["facts"] else "the result is another than in the baseline"
            found.append((name, times, words, times <= tolerance or noise))
    return found
