"""Kinds of problems of publishing a build: PUB001 to PUB099."""

from il2cdisc.base.problems import Kind, Severity

NO_WAY = "name another folder, with --out or under [paths] outputs in study.toml"

BUILD_RUNS = Kind(
    "PUB001",
    "Another build is running",
    Severity.STOP,
    "wait until it has ended, or end that process; the published folder is as it was",
)
NOT_A_FOLDER = Kind(
    "PUB002",
    "Outputs is a file",
    Severity.STOP,
    f"move the file away, or {NO_WAY}",
)
FOREIGN = Kind(
    "PUB003",
    "Outputs is a folder that no build made",
    Severity.STOP,
    "empty the folder or move it away, or name another folder: a build replaces the whole folder",
)
NOT_WRITABLE = Kind(
    "PUB004",
    "Outputs can't be written",
    Severity.STOP,
    "make the folder above it writable (the new build is written beside the old one), or name another folder",
)
NO_SPACE = Kind(
    "PUB005",
    "No space left",
    Severity.STOP,
    "free some space: a build needs room for itself beside the old one; what was published is as it was",
)
WAITS_BESIDE = Kind(
    "PUB006",
    "The new build waits beside",
    Severity.STOP,
    "close what has a file of the folder open, and build again",
)
NO_LOCK = Kind(
    "PUB007",
    "The folder can't be locked",
    Severity.STOP,
    "build into a folder of a local disk: two builds at once could not be told apart here",
)
MOUNT = Kind(
    "PUB008",
    "Outputs is a mount point",
    Severity.STOP,
    "name a folder inside the mounted one, with --out or under [paths] outputs in study.toml",
)
KEPT = Kind(
    "PUB009",
    "Files of others were kept",
    Severity.FINDING,
    "put files of your own beside the folder: a build replaces the whole folder",
)
AMONG_SOURCES = Kind(
    "PUB010",
    "Outputs would lie among other files",
    Severity.STOP,
    "name a folder of its own, beside what a build reads: a build replaces the whole folder",
)

NO_MANIFEST = Kind(
    "PUB011",
    "No manifest",
    Severity.FINDING,
    "build again: without its manifest nobody can say whether the outputs are as they were built",
)
CHANGED = Kind(
    "PUB012",
    "A file was changed after the build",
    Severity.FINDING,
    "build again; change a source (raw, specs, mappings), never an output",
)
MISSING = Kind(
    "PUB013",
    "A file is missing since the build",
    Severity.FINDING,
    "build again",
)
EXTRA = Kind(
    "PUB014",
    "A file that no build wrote",
    Severity.FINDING,
    "move it out of the folder: the next build replaces the whole folder",
)
