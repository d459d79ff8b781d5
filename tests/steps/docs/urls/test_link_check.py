"""Which links of the docs lead somewhere, and what is near those that do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.alarm import alarm

from askdocs.domain.site import Dead, LinkReport, Score
from askdocs.domain.text import Front, Link, Page, PageKind, Section
from askdocs.steps.docs.urls import anchored, best, check, score

BASE = "https://www.docs.example/en/docs/"
ONE, NONE = Score(1, 1), Score(0, 0)
DEAD = Score(0, 1)


def page(path, *headings, links=(), kind=PageKind.PROSE, ids=(), front=None):
    """Return a page; its links stand on lines 1, 2, ..."""
    return Page(
        path,
        front or Front(),
        tuple(Section((heading,), "", ()) for heading in headings),
        kind=kind,
        links=tuple(Link(link, at) for at, link in enumerate(links, start=1)),
        ids=ids,
    )


SITE = [
    page("index.mdx", "Home"),
    page("pages/jobs/index.mdx", "Jobs"),
    page("jobs/how-to/create.mdx", "Before you start", "Stop it: (now)", ids=("old",)),
    page("jobs/how-to/delete a job.mdx"),
    page("faq/v1.10.mdx"),
    page("index/index.mdx", "Index"),
    page("50%.mdx"),
    page("tutorials/minio/index.mdx", "Go"),
    page("moved/here.md", front=Front(slug="/there")),
    page("macros/note.mdx", "In a macro", kind=PageKind.MACRO),
    page("parts/_part.mdx", "In a partial", kind=PageKind.PARTIAL),
]
HERE = "jobs/how-to/start.mdx"
FILES = [
    "macros/note.mdx",
    "jobs/how-to/data.bin",
    "changelog/may.mdx",
    "jobs/how-to/create.mdx",
]


def checked(*links, at=HERE, rule="github", kind=PageKind.PROSE, **more) -> LinkReport:
    """Return the report of a site whose page *at* holds *links*."""
    pages = [*SITE, page(at, "Own heading", links=links, kind=kind)]
    given = {"redirects": {}, "menu": None, "base": BASE, "files": FILES, **more}
    return check([anchored(p, rule) for p in pages], rule=rule, **given)


def nearest(*links, **more) -> list[str]:
    """Return what is near each dead link."""
    return [dead.nearest for dead in checked(*links, **more).dead]


@pytest.mark.parametrize(
    "link",
    [
        "/",
        "/jobs/how-to/create/",
        "/jobs/how-to/create",
        "/jobs/how-to/create/?tab=2",
        "/jobs/how-to/create.mdx",
        "/jobs/how-to/./x/../create/",
        "/jobs/how-to/delete%20a%20job/",
        "/index/",
        "/50%25/",
        "/jobs/",
        "/jobs/index",
        "/jobs/index.mdx",
        "/pages/jobs/index.mdx",
        "/faq/v1.10/",
        "/faq/v1.10",
        "/there",
        "/en/docs/faq/v1.10/",
        "/en/docs/",
        "create.mdx",
        "./create.mdx",
        "../../faq/v1.10.mdx",
        "../../pages/jobs/index.mdx",
        "faq/v1.10.mdx",
        "../create/",
        "./create",
        "create",
        "../../../tutorials/minio/",
        "../../tutorials/minio",
        "https://www.docs.example/en/docs/jobs/",
        "http://docs.example/en/docs/jobs",
        "HTTPS://WWW.DOCS.example/en/docs/jobs/",
        "https://www.docs.example/en/docs",
        "/jobs/how-to/create/#top",
    ],
)
def test_a_link_to_a_page_lives(link):
    """Each of these is how some docs repository writes its links."""
    report = checked(link)

    assert (report.pages, report.fragments, report.dead) == (ONE, NONE, ())


def test_a_relative_address_is_taken_from_where_the_page_is_served():
    """A slug moves a page away from its file."""
    moved = page("a/b.md", links=["../jobs/"], front=Front(slug="/c/d"))
    other = page("c/jobs.md")

    report = check([moved, other], rule="github", base=BASE, redirects={}, menu=None)

    assert report.pages == ONE


def test_a_relative_address_in_a_macro_is_taken_from_its_file():
    """It has no other place that it knows."""
    report = checked("../jobs/", at="macros/x.mdx", kind=PageKind.MACRO)

    assert report.pages == ONE


@pytest.mark.parametrize(
    "link",
    [
        "/jobs/how-to/create/#before-you-start",
        "/jobs/how-to/create/?x#old",
        "create.mdx#stop-it-now",
        "https://docs.example/en/docs/jobs/how-to/create#before%2dyou-start",
        "../../index.mdx#home",
        f"/{HERE}#own-heading",
    ],
)
def test_a_link_to_a_fragment_lives_if_the_page_has_it(link):
    """A heading, or an id that stands beside one."""
    report = checked(link)

    assert (report.pages, report.fragments, report.own) == (ONE, ONE, NONE)
    assert report.dead == ()


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/jobs/",
        "https://docs.example/en/docsearch/",
        "https://docs.example.evil/en/docs/x/",
        "mailto:me@docs.example",
        "MAILTO:me@docs.example",
        "tel:+33",
        "javascript:void(0)",
        "//docs.example/en/docs/x/",
        "<your-bucket>/x/",
        "/{{page}}/",
        "/buckets/$NAME/",
        "/assets/scaleway.webp",
        "/assets/SCALEWAY.PNG",
        "cheat-sheet.pdf",
        "../x.tar.gz?raw=1",
        "data.bin",
        "/changelog/",
        "/changelog/may/",
        "../../changelog/may.mdx",
        "../../../../LICENSE",
        "#",
        "#top",
        "?page=2",
    ],
)
def test_what_is_no_link_to_a_page_that_was_read_is_not_counted(link):
    """A report that calls these dead is read once."""
    assert checked(link).total == 0


@pytest.mark.parametrize(
    ("link", "near"),
    [
        ("/nowhere-at-all-zzz/", ""),
        ("/jobs/how-to/creat/", "/jobs/how-to/create/"),
        ("/jobs/how-to/creat", "/jobs/how-to/create"),
        ("/serverless/jobs/create/", "/jobs/how-to/create/"),
        ("/serverless/jobs/create/#old", "/jobs/how-to/create/#old"),
        ("/serverless/jobs/create/#older", "/jobs/how-to/create/"),
        ("/en/docs/old/create/", "/en/docs/jobs/how-to/create/"),
        ("/old/create.mdx", "/jobs/how-to/create.mdx"),
        ("https://docs.example/en/docs/x/minio/", f"{BASE}tutorials/minio/"),
        ("./old/create.mdx", "./create.mdx"),
        ("create.md", "create.mdx"),
        ("../old/create/", "../create/"),
        ("tutorials/minio/", "/tutorials/minio/"),
        ("../nothing/delete a job.mdx", "delete%20a%20job.mdx"),
        ("../start/x", ""),
        ("jobs/how-to/delete%20a%20job", "/jobs/how-to/delete%20a%20job"),
        (f"{BASE}old/delete%20a%20job", f"{BASE}jobs/how-to/delete%20a%20job"),
        ("/macros/note/", ""),
        ("/parts/_part/", ""),
        ("/moved/here/", ""),
        ("/a%2Fb#%zz", ""),
    ],
)
def test_a_dead_page_is_told_with_the_nearest_link(link, near):
    """Docs writers run the check to mend links: the answer is half of it."""
    report = checked(link)

    assert report.pages == DEAD
    assert report.dead == (Dead(HERE, 1, link, "page", near),)


def test_a_fragment_of_a_dead_page_is_dead_but_told_once():
    """It is one link, and one thing to mend."""
    report = checked("/gone/#old")

    assert (report.pages, report.fragments, len(report.dead)) == (DEAD, DEAD, 1)
    assert report.total == 1


@pytest.mark.parametrize(
    ("link", "near"),
    [
        ("create.mdx#before-you-begin", "create.mdx#before-you-start"),
        ("/jobs/how-to/create/#Old", "/jobs/how-to/create/#old"),
        ("/jobs/how-to/create?x#zzz", "/jobs/how-to/create?x"),
        # As slugify names the heading, which is no likeness of characters.
        ("/jobs/how-to/create/#stop-it:-(now)", "/jobs/how-to/create/#stop-it-now"),
    ],
)
def test_a_near_match_of_a_fragment_is_dead(link, near):
    """A browser stays at the top of the page; only the hint says where it was meant."""
    report = checked(link)

    assert (report.pages, report.fragments) == (ONE, DEAD)
    assert report.dead == (Dead(HERE, 1, link, "fragment", near),)


def test_links_to_the_own_page_are_counted_apart():
    """They die when a heading of the same file is renamed."""
    report = checked("#own-heading", "#own-headin", "#zzz")

    assert (report.own, report.pages) == (Score(1, 3), NONE)
    assert [dead.nearest for dead in report.dead] == ["#own-heading", ""]


@pytest.mark.parametrize("kind", [PageKind.MACRO, PageKind.PARTIAL])
def test_a_macros_own_fragment_may_be_on_any_page_that_shows_it(kind):
    """The file does not know where it is shown."""
    report = checked("#own-heading", "#home", "#zzz", kind=kind)

    assert report.own == Score(2, 3)


def test_redirects_are_followed_with_their_fragment():
    """A browser takes the fragment along, unless the redirect has one."""
    moved = {
        "/old": "/old2/",
        "/old2/": f"{BASE}jobs/how-to/create/",
        "/home": "/#home",
        "/tree/*": "/jobs/how-to/*",
        "/all/*": "/jobs/",
        "/loop": "/loop/",
        "/off": "https://example.com/",
    }
    live = ["/old#old", "/home#x", "/tree/create#old", "/all/a/b/", "/all", "/off#x"]

    report = checked(*live, "/old#olde", "/loop", "/tree/gone", redirects=moved)

    assert report.pages == Score(7, 9)
    assert report.fragments == Score(3, 4)
    assert [dead.link for dead in report.dead] == ["/old#olde", "/loop", "/tree/gone"]


def test_a_page_says_what_led_to_it():
    """`aliases` of Hugo and `redirect_from` of Jekyll stand in the frontmatter."""
    new = page(
        "guide/new.md", "T", front=Front(redirects=("/old%20x/", "older", "../up"))
    )
    old = page("a.md", links=["/old%20x/#t", "/guide/older/", "/up"])

    report = check(
        [anchored(p, "github") for p in (new, old)],
        rule="github",
        base=BASE,
        redirects={},
        menu=None,
    )

    assert (report.pages, report.fragments) == (Score(3, 3), ONE)


def test_dead_entries_of_the_menu_are_told():
    """A menu is the one page that every reader sees."""
    entries = [Link("/jobs/", 3), Link("/job/", 9), Link("https://example.com", 12)]

    report = checked(menu=("menu/navigation.json", entries))

    assert report.menu == Score(1, 2)
    assert report.dead == (Dead("menu/navigation.json", 9, "/job/", "menu", "/jobs/"),)


def test_the_dead_are_in_the_order_of_files_and_lines():
    """They are mended in that order."""
    pages = [page("b.md", links=["/x", "#y"]), page("a.md", links=["/z"])]

    report = check(pages, rule="github", base=BASE, redirects={}, menu=None)

    assert [(d.path, d.line) for d in report.dead] == [
        ("a.md", 1),
        ("b.md", 1),
        ("b.md", 2),
    ]


def test_where_links_begin_at_the_host_others_lead_out_of_the_docs():
    """Docusaurus writes `/docs/x` for a page and `/blog/y` for what is none."""
    links = ["/en/docs/jobs/", "/en/docs/job/", "creat.mdx#old", "/blog/jobs/"]
    menu = ("docs.json", [Link("/jobs/", 1), Link("/job/", 2)])

    report = checked(*links, menu=menu)

    assert (report.pages, report.menu) == (Score(1, 3), Score(1, 2))
    assert [dead.nearest for dead in report.dead] == [
        "/jobs/",
        "/en/docs/jobs/",
        "create.mdx#old",
    ]


def test_each_rule_is_scored_on_pages_and_fragments():
    """One claim for a page, one for a fragment, the same for every rule."""
    pages = [
        page("a/b.md", "Stop: now", links=["#stop:-now", "/c/", "/c/#x-and-y"]),
        page("c.md", "X & Y", links=["mailto:me@docs.example", "x.png"]),
        page("m.md", links=["#stop-now", "/a/b/"], kind=PageKind.MACRO),
    ]

    scores = score(pages, BASE)

    assert scores == {
        "scaleway": Score(5, 5),
        "github": Score(3, 5),
        "docusaurus": Score(3, 5),
    }
    assert best(scores) == "scaleway"


def test_docusaurus_is_known_by_its_paths():
    """Its fragments are those of GitHub; only the numbers in names tell it."""
    pages = [
        page("01-intro/02-go.md", links=["/intro/", "../intro#hello-world"]),
        page("01-intro/index.md", "Hello, world"),
    ]

    assert best(score(pages, BASE)) == "docusaurus"


def test_without_links_the_rule_is_githubs():
    """The most common one; there is nothing to tell."""
    assert best(score([page("a.md", "A: b")], BASE)) == "github"
    assert best({}) == "github"


def test_what_is_near_is_found_in_time():
    """A thousand dead links among thousands of headings, as a broken move leaves."""
    links = [f"#headng number-{n}" for n in range(1000)]
    links += [f"/pges/pge-{n}/" for n in range(1000)]
    pages = [page(f"pages/pages/page-{n}.md") for n in range(1000)]
    big = page("a.md", *[f"Heading number {n}" for n in range(1000)], links=links)

    with alarm():
        report = check(
            [anchored(p, "github") for p in (*pages, big)],
            rule="github",
            base=BASE,
            redirects={},
            menu=None,
        )

    assert len(report.dead) == 2000
    assert report.dead[0].nearest == "#heading-number-0"
    assert report.dead[1000].nearest == "/pages/page-0/"


@pytest.mark.parametrize(
    "link",
    [
        "/" + "a/" * 50_000,
        "../" * 30_000 + "x",
        "/x#" + "y" * 100_000,
        *(char * 100_000 for char in "#?%/"),
        "a." * 50_000,
        "/*" * 50_000,
    ],
    ids=["folders", "up", "fragment", *"#?%/", "dots", "stars"],
)
def test_a_long_link_ends(link):
    """A link is as long as its author likes."""
    with alarm():
        report = checked(link, redirects={"/q/q/*": "/z/*"})

    assert report.total <= 1


LINKS = st.text(st.sampled_from("/.#?%:ab2jo*~<é \\")) | st.sampled_from(
    [
        "/jobs/how-to/creat/",
        "../creat.mdx#ol",
        "../../minio/",
        "http://docs.example/en/docs/job",
        "/en/docs/job",
        "tutorial/minio",
        "/job/#home",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(LINKS.filter(bool), max_size=4))
def test_what_is_called_near_is_live(links):
    """A hint that is dead itself is worse than none."""
    hints = nearest(*links)

    assert checked(*[hint for hint in hints if hint]).dead == ()
