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
    "\x1b]8;;x://y\x1b\\\\link\x1b]8;;\x1b\\\\\x1b]52;c;cHduZWQ=\x07\x9b2J\x85\x7f",
    "in\u200bvis\u2060i\ufeffble\u00ad\u2028line\U000e0070\u2066isolate\u3164",
    "<a href=\"javascript:document.title='pwned'\">x</a><math><mtext><style><img src=x></style></math>",
    "](javascript:alert(1)) ![x](x://y) `code` <!-- --> ]]> <?php ?>",
    '=HYPERLINK("x://y";"y")',
    "\t@SUM(1+1)*cmd|' /C calc'!A0",
)
