"""Decks for the lecture hall: every notebook as one HTML file that needs no network, and an index of them.

    python tools/slides.py [--to FOLDER] [--still] [NOTEBOOK ...]      into build/slides, all notebooks if none is named

No notebook is run: text, tables and code come from the stored ones. Pictures of explorers are drawn again, twice as
fine, and move by their presets and one control (see `static_explorers`; not with `--still`). Which cell begins a slide
is said in the cells' metadata (`slideshow.slide_type`, as JupyterLab's side bar sets it); what does not fit on one
slide goes on to the next, and what fits on the slide before stands there, as a step of its own. Keys: arrows, Esc for
all slides, S for the speaker's notes.
"""

import argparse
import html
import sys
from pathlib import Path

import notebooks
import slide_deck
from slide_pictures import SHARP
from static_explorers import cells_of, draw_all, share

ROOT = Path(__file__).resolve().parents[1]

INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Slides</title>
<style>
body {{ font: 20px/1.5 system-ui, sans-serif; max-width: 40em; margin: 2em auto; padding: 0 1em; color: #1a1a1a; }}
a {{ color: #005a91; }}
li {{ margin: 0.3em 0; }}
</style>
</head>
<body>
<h1>Training neural networks: slides</h1>
<ol start="0">
{items}
</ol>
<p>→ and ← go from section to section, ↓ and ↑ within one, the space bar through everything. Esc shows all slides, F
fills the screen, S opens the speaker’s notes: the presets of the live explorer, and the code behind a table. An address
ending in <code>?print-pdf</code> prints.</p>
</body>
</html>
"""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "slides", help="the folder to write into")
    parser.add_argument("--still", action="store_true", help="without explorers that move")
    parser.add_argument("notebook", type=Path, nargs="*")
    given = parser.parse_args(arguments)
    paths = given.notebook or sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))
    try:
        notebooks.refuse_unstored(paths)
        notebooks.folder_to_write(given.to)
    except ValueError as error:
        sys.exit(str(error))
    books = {path: notebooks.read(path) for path in paths}
    told = {f"{path.stem}-{cell.id}" for path, book in books.items() for _, cell in slide_deck.lecture(book)}
    cells = [one for path, book in books.items() for one in cells_of(book, path.stem) if one.key in told]
    drawn = {} if given.still else {one.cell.key: one for one in draw_all(cells, SHARP, sweeps=1)}
    share(drawn.values())
    items: list[str] = []
    for path in paths:
        try:
            moving = {key.removeprefix(f"{path.stem}-"): one for key, one in drawn.items() if key.startswith(path.stem)}
            deck = slide_deck.build(books[path], path.stem, moving)
        except (ValueError, OSError) as error:
            print(f"{path.name}: no deck: {error}", file=sys.stderr)
            continue
        target = given.to / f"{path.stem}.html"
        target.write_text(deck.page, encoding="utf-8", newline="\n")
        items.append(f'<li value="{len(items)}"><a href="{path.stem}.html">{html.escape(deck.title)}</a></li>')
        print(
            f"{path.stem:28} at most {deck.slides:2} slides (the page joins short ones), "
            f"{deck.sharp:2} pictures drawn anew, {target.stat().st_size / 1e6:.1f} MB",
            flush=True,
        )
        for problem in deck.problems:
            print(f"  {problem}", file=sys.stderr)
    (given.to / "index.html").write_text(INDEX.format(items="\n".join(items)), encoding="utf-8", newline="\n")
    print(f"Open {given.to / 'index.html'} in a browser.")
    return len(items) < len(paths)


if __name__ == "__main__":
    sys.exit(main())
