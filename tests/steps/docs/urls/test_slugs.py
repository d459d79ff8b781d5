"""What the site calls a heading."""

# ruff: noqa: RUF001 (typographic characters are what is tested)

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.alarm import alarm

from askdocs.domain.text import Front, Page, Section
from askdocs.steps.docs.urls import RULES, anchored

# github-slugger 2.0.0 `slug(x)` and slugify 1.6.9 `slugify(x, {lower: true})`, by node.
GOLDEN = [
    ("Before you start", "before-you-start", "before-you-start"),
    ("What is S3?", "what-is-s3", "what-is-s3"),
    ("How to: stop it", "how-to-stop-it", "how-to:-stop-it"),
    ("Don't (ever) do", "dont-ever-do", "don't-(ever)-do"),
    ("snake_case & dots.", "snake_case--dots", "snake_case-and-dots."),
    ("Été à Paris", "été-à-paris", "ete-a-paris"),
    ("!!!", "", "!!!"),
    ("A -- b", "a----b", "a-b"),
    ("  padded  ", "--padded--", "padded"),
    ("R&D | 50% <new>", "rd--50-new", "randd-or-50percent-lessnewgreater"),
    ("C++ / C#", "c--c", "c++-c"),
    ("v1.10.2 – notes", "v1102--notes", "v1.10.2-notes"),
    ("a—b", "ab", "ab"),
    ("$5 @ home ~ now * +", "5--home--now--", "dollar5-@-home-~-now-*-+"),
    ("it’s “quoted” …", "its-quoted-", 'it\'s-"quoted"-...'),
    (
        "Straße œuvre Æther Łódź",
        "straße-œuvre-æther-łódź",
        "strasse-oeuvre-aether-lodz",
    ),
    ("naïve ﬁne ½ x²", "naïve-ﬁne--x", "naive-ne-x"),
    ("日本語 入力", "日本語-入力", ""),
    ("İstanbul ısı", "i\u0307stanbul-\u0131s\u0131", "istanbul-isi"),
    ("#1: tag", "1-tag", "1:-tag"),
    ("-dash-", "-dash-", "dash"),
    ("tab\there", "tabhere", "tab-here"),
    ("nbsp here", "nbsp-here", "nbsp-here"),
    ("`code_x` -- [link](x)", "code_x----linkx", "code_x-link(x)"),
    ("Ⓐ circled", "ⓐ-circled", "circled"),
    ("😀 emoji", "-emoji", "emoji"),
    ("e\u0301 combining", "e\u0301-combining", "e-combining"),
    ("€ 5 £ 3 ¥", "-5--3-", "euro-5-pound-3-yen"),
    ("Node.js/node-postgres", "nodejsnode-postgres", "node.jsnode-postgres"),
    ("Using pg_dump", "using-pg_dump", "using-pg_dump"),
    (
        "CGNAT (Carrier-grade NAT)",
        "cgnat-carrier-grade-nat",
        "cgnat-(carrier-grade-nat)",
    ),
    ("\\ back = slash ^ ;", "-back--slash--", "back-slash"),
    ("Hello, world!", "hello-world", "hello-world!"),
    (
        "Adding MongoDB® Repository",
        "adding-mongodb-repository",
        "adding-mongodb(r)-repository",
    ),
    (
        "Adding MongoDB® repository",
        "adding-mongodb-repository",
        "adding-mongodb(r)-repository",
    ),
    (
        "Can I change my Organization’s country?",
        "can-i-change-my-organizations-country",
        "can-i-change-my-organization's-country",
    ),
    (
        "Can I enable “Routed IP” on my bootscript Instance?",
        "can-i-enable-routed-ip-on-my-bootscript-instance",
        'can-i-enable-"routed-ip"-on-my-bootscript-instance',
    ),
    (
        "Can I revert the migration to “Routed IP”?",
        "can-i-revert-the-migration-to-routed-ip",
        'can-i-revert-the-migration-to-"routed-ip"',
    ),
    (
        "Closing your account or erasing your personal data: what’s the difference",
        "closing-your-account-or-erasing-your-personal-data-whats-the-difference",
        "closing-your-account-or-erasing-your-personal-data:-what's-the-difference",
    ),
    (
        "Closing your account or erasing your personal data: what’s the difference?",
        "closing-your-account-or-erasing-your-personal-data-whats-the-difference",
        "closing-your-account-or-erasing-your-personal-data:-what's-the-difference",
    ),
    (
        "Configure the Redis™ cache",
        "configure-the-redis-cache",
        "configure-the-redistm-cache",
    ),
    (
        "Configuring a MongoDB® replica set",
        "configuring-a-mongodb-replica-set",
        "configuring-a-mongodb(r)-replica-set",
    ),
    (
        "How can I access my Managed Database for Redis™ once it is provisioned?",
        "how-can-i-access-my-managed-database-for-redis-once-it-is-provisioned",
        "how-can-i-access-my-managed-database-for-redistm-once-it-is-provisioned",
    ),
    (
        "How is the Redis™ Database's failover IP managed?",
        "how-is-the-redis-databases-failover-ip-managed",
        "how-is-the-redistm-database's-failover-ip-managed",
    ),
    (
        "How to back up a MongoDB® Database Instance",
        "how-to-back-up-a-mongodb-database-instance",
        "how-to-back-up-a-mongodb(r)-database-instance",
    ),
    (
        "How to create a Redis™ Database Instance",
        "how-to-create-a-redis-database-instance",
        "how-to-create-a-redistm-database-instance",
    ),
    (
        "How to delete a Redis™ Database Instance",
        "how-to-delete-a-redis-database-instance",
        "how-to-delete-a-redistm-database-instance",
    ),
    (
        "I added a credit card but didn’t receive a magic code. What do I do?",
        "i-added-a-credit-card-but-didnt-receive-a-magic-code-what-do-i-do",
        "i-added-a-credit-card-but-didn't-receive-a-magic-code.-what-do-i-do",
    ),
    (
        "I don’t seem to have access to my Organization's resources",
        "i-dont-seem-to-have-access-to-my-organizations-resources",
        "i-don't-seem-to-have-access-to-my-organization's-resources",
    ),
    (
        "I've been invited to an Organization, but can’t see any resources",
        "ive-been-invited-to-an-organization-but-cant-see-any-resources",
        "i've-been-invited-to-an-organization-but-can't-see-any-resources",
    ),
    ("Installing Redis™", "installing-redis", "installing-redistm"),
    (
        "Subscribing to LoRaWAN© device messages",
        "subscribing-to-lorawan-device-messages",
        "subscribing-to-lorawan(c)-device-messages",
    ),
    (
        "What are the differences between Redis™ node classes?",
        "what-are-the-differences-between-redis-node-classes",
        "what-are-the-differences-between-redistm-node-classes",
    ),
    (
        "What is Scaleway Managed Database for Redis™",
        "what-is-scaleway-managed-database-for-redis",
        "what-is-scaleway-managed-database-for-redistm",
    ),
    (
        "What is the Private Networks feature for Redis™ Database Instances?",
        "what-is-the-private-networks-feature-for-redis-database-instances",
        "what-is-the-private-networks-feature-for-redistm-database-instances",
    ),
    (
        "Why can’t I delete my credit card?",
        "why-cant-i-delete-my-credit-card",
        "why-can't-i-delete-my-credit-card",
    ),
]


def page(*headings: str | tuple[str, str]) -> Page:
    """Return a page of headings, some with a fragment of their own."""
    pairs = [h if isinstance(h, tuple) else (h, "") for h in headings]
    sections = [Section((heading,), anchor, ()) for heading, anchor in pairs]
    return Page("a.mdx", Front(), (Section((), "", ()), *sections))


def anchors(*headings: str | tuple[str, str], rule: str = "github") -> list[str]:
    """Return the fragments of the headings of a page."""
    return [s.anchor for s in anchored(page(*headings), rule).sections if s.heading]


@pytest.mark.parametrize(("heading", "github", "scaleway"), GOLDEN)
def test_a_heading_has_the_fragment_that_the_sites_library_gives(
    heading, github, scaleway
):
    """Another character and the link leads to the top of the page."""
    assert anchors(heading, rule="github") == [github]
    assert anchors(heading, rule="docusaurus") == [github]
    assert anchors(heading, rule="scaleway") == [scaleway]


def test_repeated_headings_are_numbered_as_the_site_does():
    """The second "Create" of a page is `#create-1`, even where a heading says that."""
    # Golden: github-slugger 2.0.0 on the same list.
    assert anchors("Create", "Create", "Create 1", "Create", "create") == [
        "create",
        "create-1",
        "create-1-1",
        "create-2",
        "create-3",
    ]


def test_the_top_of_a_page_has_no_fragment():
    """It stands under no heading."""
    assert anchored(page("A"), "github").sections[0].anchor == ""


def test_what_the_author_wrote_is_kept():
    """`## Title {#id}` is there so that links survive another title."""
    assert anchors("Title", ("Title", "Own_ID"), "Title") == [
        "title",
        "Own_ID",
        "title-1",
    ]


def test_a_written_fragment_is_taken_before_headings_are_named():
    """A link to `#title` is meant for the heading whose author wrote that."""
    assert anchors("Title", ("Else", "title")) == ["title-1", "title"]


def test_a_fragment_written_twice_is_numbered():
    """Two equal ones make one of the links wrong."""
    assert anchors(("A", "x"), ("B", "x"), ("C", "x")) == ["x", "x-1", "x-2"]


@pytest.mark.parametrize("rule", RULES)
def test_naming_twice_changes_nothing(rule):
    """What has a fragment keeps it."""
    once = anchored(page("A", "A", ("B", "a-1"), "A b & c"), rule)

    assert anchored(once, rule) == once


def test_a_page_of_equal_headings_ends():
    """25,000 equal headings fit in 100 kB; counting each from 1 takes minutes."""
    with alarm():
        found = anchors(*["Same"] * 25_000)

    assert found[-1] == "same-24999"


HEADINGS = st.sampled_from(["a", "a 1", "a-1", "A", "b", "!", "a 1 1"]) | st.text()
WRITTEN = st.sampled_from(["", "", "a", "a-1", "a-1-1", "b"]) | st.text()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(HEADINGS, WRITTEN)), st.sampled_from(RULES))
def test_each_heading_has_a_fragment_of_its_own(headings, rule):
    """Two headings with one fragment make one of the links wrong."""
    found = anchors(*headings, rule=rule)

    assert len(found) == len(set(found)) == len(headings)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_scaleways_fragments_have_no_white_space_and_no_empty_words(heading):
    """Runs of "-" and white space are one separator, and none stands at an end."""
    (found,) = anchors(heading, rule="scaleway")

    assert found.isascii()
    assert found == found.lower().strip("-")
    assert not any(a + b == "--" for a, b in pairwise(found))
    assert not any(c.isspace() for c in found)
