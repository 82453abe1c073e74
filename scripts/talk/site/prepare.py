"""Everything that pages show and no hand writes, made before an engine makes pages; no engine is needed for that."""

from talk.render.render import render_fragments
from talk.site.address import write_address
from talk.site.assets import write_assets, write_experiments
from talk.site.choices import write_choices
from talk.site.labs import write_labs
from talk.site.sharing import write_sharing_pictures
from talk.site.take_away import write_place


def prepare(site: str, author: str) -> None:
    """Bring assets, theme templates, fragments, labs, choices of a machine and sharing pictures up to date.

    `site` and `author` are `site_name` and `site_author` of mkdocs.yml. Pages of machines are only begun:
    `talk.render.render.finish_pages` waits for them. Raises TalkError.
    """
    write_assets()
    write_experiments()
    write_address()
    write_place()
    render_fragments()
    write_labs()
    write_choices()
    write_sharing_pictures(site, author)
