"""What a figure depends on and a commit does not say: processor, compiler, flags."""
import os
import platform
import re
import subprocess


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def slug(cpu, cores):
    return re.sub(r"[^a-z0-9]+", "-", f"{cpu} {cores} cores".lower()).strip("-")


def read_cache(build):
    """CMakeCache.txt as a dictionary; empty when there is none."""
    try:
        with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
            return dict(re.findall(r"^(\w+):\w+=(.*)$", file.read(), flags=re.MULTILINE))
    except OSError:
        return {}


def describe(build):
    cache = read_cache(build)
    version = subprocess.run([cache["CMAKE_CXX_COMPILER"], "--version"], capture_output=True, text=True, check=True)
    cpu, cores = cpu_model(), os.cpu_count()
    return {"name": slug(cpu, cores), "cpu": cpu, "cores": cores, "compiler": version.stdout.splitlines()[0],
            "flags": " ".join(f"{cache.get('CMAKE_CXX_FLAGS', '')} {cache['CMAKE_CXX_FLAGS_RELEASE']}".split()),
            "system": f"Linux {platform.release()}"}


def commit(root):
    """Short hash of what is checked out, with a + when files differ from it."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
    changes = subprocess.run(["git", "status", "--porcelain", "--untracked-files=no"], cwd=root, capture_output=True,
                             text=True, check=True)
    return head.stdout.strip() + ("+" if changes.stdout.strip() else "")
