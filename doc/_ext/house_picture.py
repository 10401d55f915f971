"""The picture of the package: its parts, and which imports which, read from the code."""

import ast
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from itertools import pairwise
from math import fsum
from pathlib import Path
from random import Random

import matplotlib.pyplot as plt
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path as Line

import mne_asgpf

PACKAGE = Path(mne_asgpf.__file__).parent
_SIZE = 7, 7.6  # inches; 700 pixels on a page
_BOX = 1.02, 0.5  # of a row that is _SIZE[0] wide and of height 1
_LANE = 0.16  # the width that a line takes which passes a row
_FOLDER, _FILE, _EDGE = "#dbe9f6", "#f2f2f2", "#30506e"


def read_imports(package=PACKAGE):
    """Read which parts of the package, folders or single modules, each part imports.

    Parameters
    ----------
    package : pathlib.Path
        The folder of the package.

    Returns
    -------
    imports : dict of str to set of str
        Part -> the parts it imports. What is above all, ``__init__`` and ``__main__``, is
        left out.
    """
    parts = {path.stem for path in package.iterdir() if path.suffix == ".py"}
    parts |= {path.parent.name for path in package.glob("*/__init__.py")}
    imports = {part: set() for part in sorted(parts) if not part.startswith("__")}
    for path in package.rglob("*.py"):
        part, *_ = path.relative_to(package).with_suffix("").parts
        if part in imports:
            imports[part] |= set(_imported_parts(path, package)) & imports.keys() - {part}
    return imports


def _imported_parts(path, package):
    """Give the second part of each dotted name that a module imports, where it is of ours."""
    own = ".".join((package.name, *path.relative_to(package).parts[:-1]))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []  # names in annotations, which only type checkers follow
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), own)
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            top, *rest = name.split(".")
            if top == package.name and rest:
                yield rest[0]


def arrange(imports):
    """Lay the parts out in rows, each as far down as those allow that import it.

    Parameters
    ----------
    imports : dict of str to set of str
        As :func:`read_imports` gives it.

    Returns
    -------
    rows : dict of str to int
        Part -> its row. The last is 0, and rows of what it imports are higher.

    Raises
    ------
    graphlib.CycleError
        If parts import each other.
    """
    rows = {}
    for part in reversed(list(TopologicalSorter(imports).static_order())):
        rows[part] = 1 + max((rows[p] for p in rows if part in imports[p]), default=-1)
    return rows


def needed_arrows(imports):
    """Give the imports that do not follow from others: with a -> b -> c, a -> c is left out."""
    below = {}
    for part in TopologicalSorter(imports).static_order():
        below[part] = imports[part].union(*(below[other] for other in imports[part]))
    return {
        (part, other)
        for part, others in imports.items()
        for other in others
        if not any(other in below[between] for between in others)
    }


def _place(rows, arrows):
    """Give the x of every part, and of every arrow in every row that it passes."""
    chains = []
    for low, high in sorted(arrows):
        passed = [(low, high, row) for row in range(rows[low] + 1, rows[high])]
        chains.append([low, *passed, high])
    neighbours = {part: set() for part in sorted(rows)}  # or the picture changes between runs
    for chain in chains:
        for a, b in pairwise(chain):
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)
    row_of = {node: rows[node] if isinstance(node, str) else node[2] for node in neighbours}
    lines = [[n for n in neighbours if row_of[n] == row] for row in range(max(rows.values()) + 1)]
    places = [_order(lines, neighbours, seed) for seed in range(60)]
    return min(places, key=lambda x: _sideways(x, chains)), chains


def _sideways(x, chains):
    """Give how far all arrows go to the side: those that do not, do not cross others."""
    return fsum(abs(x[a] - x[b]) for chain in chains for a, b in pairwise(chain))


def _order(lines, neighbours, seed):
    """Move the nodes of each row, from a random order on, to what they are joined to."""
    rng, x = Random(seed), {}
    lines = [rng.sample(line, len(line)) for line in lines]
    for line in lines:
        _spread(line, x)

    def middle(node):
        """Give the middle of what a node is joined to."""
        return fsum(x[other] for other in neighbours[node]) / len(neighbours[node] or [0])

    for _ in range(10):  # down and up again
        for line in [*lines, *lines[::-1]]:
            line.sort(key=lambda node: (middle(node), str(node)))
            _spread(line, x)
    return x


def _spread(line, x):
    """Spread the nodes of a row over its width, in their order."""
    widths = [_BOX[0] if isinstance(node, str) else _LANE for node in line]
    gap = (_SIZE[0] - sum(widths)) / (len(line) + 1)
    at = gap
    for node, width in zip(line, widths, strict=True):
        x[node] = at + width / 2
        at += width + gap


def draw_house(path, package=PACKAGE):
    """Draw the parts as boxes and the imports as arrows.

    Parameters
    ----------
    path : pathlib.Path
        The SVG to write.
    package : pathlib.Path
        The folder of the package.
    """
    imports = read_imports(package)
    rows = arrange(imports)
    x, chains = _place(rows, needed_arrows(imports))
    figure = plt.figure(figsize=_SIZE)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, _SIZE[0]), ylim=(-0.5, max(rows.values()) + 0.5))
    axes.axis("off")
    centred = {"ha": "center", "va": "center", "fontsize": 9, "zorder": 3}
    for chain in chains:
        _draw_arrow(axes, chain, x, rows)
    for part, row in sorted(rows.items()):
        colour = _FOLDER if (package / part).is_dir() else _FILE
        corner = x[part] - _BOX[0] / 2, row - _BOX[1] / 2
        axes.add_patch(Rectangle(corner, *_BOX, fc=colour, ec=_EDGE, lw=0.8, zorder=2))
        name = part.replace("_", "_\n", 1) if len(part) > 12 else part
        axes.text(x[part], row, name, linespacing=0.95, **centred)
    with plt.rc_context({"svg.hashsalt": "house"}):
        figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _draw_arrow(axes, chain, x, rows):
    """Draw an arrow from a part, past the rows between, to the part it imports."""
    points = []
    for node in chain:
        row = rows[node] if isinstance(node, str) else node[2]
        points += [(x[node], row - _BOX[1] / 2), (x[node], row + _BOX[1] / 2)]
    points = points[1:-1]  # from the top of the first box to the bottom of the last
    codes, vertices = [Line.MOVETO], [points[0]]
    for start, end in pairwise(points):
        middle = (start[1] + end[1]) / 2
        vertices += [(start[0], middle), (end[0], middle), end]
        codes += [Line.CURVE4] * 3
    arrow = {"arrowstyle": "->,head_width=2,head_length=3.5", "color": _EDGE, "lw": 0.8}
    axes.add_patch(FancyArrowPatch(path=Line(vertices, codes), **arrow))
