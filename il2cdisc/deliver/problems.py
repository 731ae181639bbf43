"""Kinds of problems of publishing a build: PUB001 to PUB099."""

from il2cdisc.base.problems import Kind, Severity

NO_WAY = "Name another folder, with --out or under [paths] outputs in study.toml."

BUILD_RUNS = Kind(
    "PUB001",
    "Another build is running",
    Severity.STOP,
    "Wait until it has ended, or end that process; the outputs have not changed.",
)
NOT_A_FOLDER = Kind(
    "PUB002",
    "Outputs folder is a file",
    Severity.STOP,
    "Move the file away, or name another folder, with --out or under [paths] outputs in study.toml.",
)
FOREIGN = Kind(
    "PUB003",
    "Outputs folder not made by a build",
    Severity.STOP,
    "Empty the folder or move it away, or name another folder: a build replaces the whole folder.",
)
NOT_WRITABLE = Kind(
    "PUB004",
    "Outputs folder not writable",
    Severity.STOP,
    "Make the folder above it writable (the new build is written next to the previous one), or name "
    "another folder.",
)
NO_SPACE = Kind(
    "PUB005",
    "No space left",
    Severity.STOP,
    "Free some space: a build needs room for itself next to the previous one; the outputs have not changed.",
)
WAITS_BESIDE = Kind(
    "PUB006",
    "New build not yet in place",
    Severity.STOP,
    "Close the program that has a file of the folder open, and build again.",
)
NO_LOCK = Kind(
    "PUB007",
    "Folder cannot be locked",
    Severity.STOP,
    "Build into a folder of a local disk: two builds at once could not be detected here.",
)
MOUNT = Kind(
    "PUB008",
    "Outputs folder is a mount point",
    Severity.STOP,
    "Name a folder inside the mounted one, with --out or under [paths] outputs in study.toml.",
)
KEPT = Kind(
    "PUB009",
    "Files of others kept",
    Severity.FINDING,
    "Keep your own files outside the folder: a build replaces the whole folder.",
)
AMONG_SOURCES = Kind(
    "PUB010",
    "Outputs folder among other files",
    Severity.STOP,
    "Name a separate folder: a build replaces the whole folder.",
)

NO_MANIFEST = Kind(
    "PUB011",
    "Missing manifest",
    Severity.FINDING,
    "Build again: without a manifest it is unknown whether the outputs are as they were built.",
)
CHANGED = Kind(
    "PUB012",
    "File changed after the build",
    Severity.FINDING,
    "Build again; change a source (raw, specs, mappings), never an output.",
)
MISSING = Kind(
    "PUB013",
    "File missing since the build",
    Severity.FINDING,
    "Build again.",
)
EXTRA = Kind(
    "PUB014",
    "File not written by a build",
    Severity.FINDING,
    "Move it out of the folder: the next build replaces the whole folder.",
)
