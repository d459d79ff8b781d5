"""Give pages their public URLs and headings their fragments, and check links to them.

What the docs link to is looked up in the table of both; a link that leads nowhere is
told with the one that comes nearest.
"""

from __future__ import annotations

from askdocs.steps.docs.urls.link_check import best, check, score
from askdocs.steps.docs.urls.menu import MENU_FILES, menu_links
from askdocs.steps.docs.urls.public_urls import file_path, public_url
from askdocs.steps.docs.urls.redirects import REDIRECT_FILES, redirects
from askdocs.steps.docs.urls.site_index import place_of
from askdocs.steps.docs.urls.slugs import RULES, anchored

__all__ = [
    "MENU_FILES",
    "REDIRECT_FILES",
    "RULES",
    "VERSION",
    "anchored",
    "best",
    "check",
    "file_path",
    "menu_links",
    "place_of",
    "public_url",
    "redirects",
    "score",
]

VERSION = 2
"""Of the URL rules; another version gives every page its URL again."""
