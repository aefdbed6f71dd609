"""What HTML a card may hold: everything else is taken out of it."""

# fmt: off
TAGS = frozenset({
    "a", "abbr", "audio", "b", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "input", "ins", "kbd", "li", "mark", "ol",
    "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "source", "span",
    "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt",
    "u", "ul", "var", "video", "wbr",
})
MATH = frozenset({
    "math", "mrow", "mi", "mo", "mn", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msub",
    "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded",
    "mphantom", "menclose", "mmultiscripts", "mprescripts",
})
CLASSES = frozenset({
    "code", "highlight", "math", "anchor", "footnotes", "footnote-ref", "footnote-backref",
    "markdown-alert", "markdown-alert-title", "markdown-alert-note", "markdown-alert-tip",
    "markdown-alert-important", "markdown-alert-warning", "markdown-alert-caution",
})
# fmt: on
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "class", "title", "lang", "dir"},
    "a": {"href"},
    "audio": {"src", "controls"},
    "col": {"span"},
    "colgroup": {"span"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height"},
    "input": {"type", "checked", "disabled"},
    "li": {"value"},
    "ol": {"start", "type"},
    "pre": {"tabindex"},
    "source": {"src"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "tr": {"align"},
    "video": {"src", "controls", "width", "height"},
    "math": {"display"},
    "mo": {"stretchy", "fence", "form", "lspace", "rspace", "minsize", "maxsize", "accent"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mspace": {"width"},
    "mfrac": {"linethickness"},
    "mtable": {"columnalign", "rowspacing", "columnspacing"},
    "mtd": {"columnalign"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "menclose": {"notation"},
}
LINKED = {("a", "href"), ("img", "src"), ("audio", "src"), ("video", "src"), ("source", "src")}
"""Attributes that are addresses."""

SCHEMES = {"http", "https", "mailto"}
