"""Figures as text, for the terminal and for docs/performance.md."""
from . import results

BEGIN = "<!-- scripts/bench --write-docs writes what follows -->"
END = "<!-- scripts/bench --write-docs wrote what precedes -->"


def _number(value):
    return f"{value:.3g}" if value < 999.5 else f"{value:.0f}"


def _unit(value):
    return next((pair for pair in (("s", 1.0), ("ms", 1e-3)) if value >= pair[1]), ("us", 1e-6))


def seconds(value):
    unit, scale = _unit(value)
    return f"{_number(value / scale)} {unit}"


def spread(values):
    """[median, least, most] of seconds, in the unit of the median."""
    median, least, most = (_number(value / _unit(values[0])[1]) for value in values)
    return seconds(values[0]) + ("" if least == most else f" ({least}-{most})")


def mebibytes(value):
    return f"{_number(value)} MiB"


def limit(case):
    parts = ([seconds(case.seconds)] if case.seconds is not None else []) + (
        [mebibytes(case.mebibytes)] if case.mebibytes is not None else [])
    return ", ".join(parts)


def verdict(case, row):
    found = results.misses(case, row)
    if found:
        return "no: " + "; ".join(found)
    return "yes" if limit(case) else ""


def how(row):
    facts = row.get("facts", {})
    ways = {way for part in facts.get("parts", [facts]) for way in part.get("how", [])}
    return "; ".join(sorted(ways))


def cells(case, row):
    """title, CPU, wall, peak, at most, holds, how"""
    if "cpu_s" not in row:
        return [case.title, "-", "-", "-", limit(case), verdict(case, row), ""]
    # The wall time of a Google Benchmark is that of all its iterations.
    wall = "-" if not row["facts"] else spread(row["wall_s"])
    return [case.title, spread(row["cpu_s"]), wall, mebibytes(row["peak_mib"][2]), limit(case),
            verdict(case, row), how(row)]


HEADER = ["case", "CPU", "wall", "peak", "at most", "holds", "how"]


def table(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def markdown(lines):
    escaped = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    rows = ["| " + " | ".join(line) + " |" for line in escaped]
    return "\n".join([rows[0], "|" + "---|" * len(lines[0]), *rows[1:]])


def machine_section(baseline, groups):
    """All groups of a baseline as Markdown."""
    machine = baseline["machine"]
    rows = {row["id"]: row for row in baseline["rows"]}
    commits = sorted({row["commit"] for row in rows.values()})
    dates = sorted({row["date"] for row in rows.values()})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    text = [f"### {machine['cpu']}, {machine['cores']} cores", "",
            f"{machine['compiler']}, `{machine['flags']}`, {machine['system']}; measured {when} at "
            f"{', '.join(commits)}.", ""]
    for group in groups:
        measured = [case for case in group.cases if case.id in rows]
        if not measured:
            continue
        text += [f"**{group.title}**", "", markdown([HEADER] + [cells(case, rows[case.id]) for case in measured]), ""]
        for words, holds in results.findings(group, rows):
            text.append(f"- {words}{'' if holds else ' **(does not hold)**'}")
        if group.note:
            text.append(f"- {group.note}")
        text += ["", "```", *(command for case in measured for command in case.commands), "```", ""]
    return "\n".join(text)


def replace_generated(document, generated):
    """The document with the text between the two markers replaced. Raises ValueError when they are not both there."""
    begin, end = document.find(BEGIN), document.find(END)
    if begin < 0 or end < begin:
        raise ValueError("the two markers of the generated part are not there")
    return document[:begin] + BEGIN + "\n\n" + generated.strip() + "\n\n" + document[end:]
