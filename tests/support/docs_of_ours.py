"""A docs folder as the tests of the program need it: small, and with a page for each case."""

from __future__ import annotations

from pathlib import Path

REGIONS = (
    "amsterdam berlin cairo delhi essen florence geneva hanoi izmir jakarta".split()
)
REGIONS += "kyoto lima madrid nairobi oslo paris quito rabat sofia tunis".split()

JOB = "pages/jobs/create-job.mdx"
VOLUME = "pages/volumes/attach-volume.mdx"
TUTORIAL = "tutorials/backup/index.mdx"
PAGES = 4 + len(REGIONS)
"""How many of the files are pages; a macro and a page of cards are none."""

FILES = PAGES + 2


def page(title: str, body: str, *, description: str = "") -> str:
    """Return the source of a page."""
    head = f"title: {title}\n  description: {description or f'About {title}'}"
    return f"---\nmeta:\n  {head}\ncontent:\n  h1: {title}\ntags: test\n---\n\n{body}\n"


_BODIES = {
    JOB: page(
        "How to create a job",
        'A job runs a container once.\n\n<Macro id="requirements" />\n\n'
        "## Create it\n\n1. Open the console.\n2. Click **Create job**.\n"
        "3. Enter a name, choose an image and a region, and confirm.\n\n"
        "```bash\nexample jobs create --image worker\n```\n\n"
        "## Delete it\n\nDeleting a job keeps its logs for 30 days. After that nobody can"
        " read them, so copy what you need before: the list of runs, their exit codes, and"
        " whatever the container wrote.",
    ),
    VOLUME: page(
        "How to attach a volume",
        "Attach a block volume to a server, then mount it.\n\n"
        "## Limits\n\nA server takes at most 16 volumes.",
    ),
    TUTORIAL: page(
        "Back up a database with cron",
        "This tutorial dumps a PostgreSQL database every night.\n\n"
        "## Schedule the dump\n\nWrite a crontab line that runs pg_dump.",
    ),
    "pages/cli/index.mdx": page(
        "Command line", "The command line tool is called `example`."
    ),
    "pages/jobs/index.mdx": page(
        "Jobs", '<Grid>\n  <SummaryCard title="Create" href="/jobs/create" />\n</Grid>'
    ),
    "macros/requirements.mdx": "---\nmacro: requirements\n---\n\nYou need an API key.\n",
}


def write_docs(folder: Path) -> Path:
    """Write the docs and return their folder."""
    regions = {
        f"pages/regions/{name}.mdx": page(
            f"The {name.title()} region",
            f"Data of the {name.title()} region stays in {name.title()}.",
        )
        for name in REGIONS
    }
    for path, text in {**_BODIES, **regions}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder
