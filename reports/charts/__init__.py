"""Charts as SVG, drawn from numbers; pure.

Each is an image with a title and a description; the numbers stand in a table beside it, with the links. Colours
are classes, so that light and dark differ only in the style sheet; a dash, a marker or a pattern says the same.
"""

from reports.charts.bars import Kind, Row, draw_histogram, draw_stacks
from reports.charts.dots import Span, draw_spans
from reports.charts.drawing import Drawing
from reports.charts.grids import draw_heat_map
from reports.charts.lines import Series, draw_lines, draw_spark

__all__ = [
    "Drawing",
    "Kind",
    "Row",
    "Series",
    "Span",
    "draw_heat_map",
    "draw_histogram",
    "draw_lines",
    "draw_spans",
    "draw_spark",
    "draw_stacks",
]
