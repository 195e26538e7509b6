"""Names as an attacker would choose them."""

NAMES = (
    "<script>document.title='pwned'</script>",
    '"><img src=x onerror="document.title=\'pwned\'">',
    "</title></style></svg><svg onload=document.title='pwned'>",
    "'; document.title='pwned'; //${document.title='pwned'}",
    "\N{RIGHT-TO-LEFT OVERRIDE}txet desrever\N{HEBREW LETTER ALEF}\N{ARABIC LETTER BEH}",
    "x" * 10_000,
    "\x1b]0;pwned\x07\x1b[31mred\x00\nline two",
    "{{7*7}} %s [bold red]markup[/] & &amp; &#x3C;script&#x3E; \N{FULLWIDTH LESS-THAN SIGN}",
)
