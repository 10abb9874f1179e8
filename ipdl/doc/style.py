"""The style sheet of the pages: one column that fits a phone, light or dark as the reader's system."""

from __future__ import annotations

from ipdl.graph import colours

_LIGHT = """\
  --ink: #1c2430; --soft: #5c6675; --ground: #ffffff; --panel: #f7f8fa; --edge: #d9dee6;
  --link: #1f5fc4; --plain: #e6eaf0; --sync: #f6d0d0; --life: #d8ead4;"""
_DARK = """\
  --ink: #e7eaf0; --soft: #a3adbb; --ground: #12151a; --panel: #1a1f27; --edge: #323a46;
  --link: #8ab4ff; --plain: #2b333f; --sync: #612f2f; --life: #2c4a2c;"""

STYLE = (
    f":root {{\n  color-scheme: light dark;\n{_LIGHT}\n}}\n"
    f"@media (prefers-color-scheme: dark) {{\n:root {{\n{_DARK}\n}}\n}}\n"
    """\
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; color: var(--ink);
  background: var(--ground); font: 1rem/1.5 system-ui, "DejaVu Sans", sans-serif; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: 0.92em; overflow-wrap: break-word; }
h1 { margin: 0.5rem 0; font-size: 1.7rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.25rem; border-bottom: 1px solid var(--edge); }
h3 { margin: 0; font-size: 1.05rem; display: flex; flex-wrap: wrap; gap: 0.2rem 0.6rem;
  align-items: baseline; }
h3 a { color: inherit; }
p, ul { margin: 0.5rem 0; }
ul { padding-left: 1.4rem; }
nav, footer, .facts, caption { color: var(--soft); font-size: 0.9rem; }
footer { margin-top: 3rem; }
.card { margin: 1rem 0; padding: 0.8rem 1rem; background: var(--panel);
  border: 1px solid var(--edge); border-radius: 8px; }
.card:target { border-color: var(--link); }
.tags { margin: 0.3rem 0; }
.tag { display: inline-block; padding: 0 0.5rem; border-radius: 6px; font-size: 0.85rem;
  font-weight: normal; }
.plain { background: var(--plain); }
.tag.sync { background: var(--sync); }
.life { background: var(--life); }
.signature { margin: 0.5rem 0; white-space: pre-wrap; }
.picture { margin: 1rem 0; overflow-x: auto; }
.picture svg { display: block; max-width: max(100%, 46rem); height: auto; }
table { border-collapse: collapse; }
.listing { width: 100%; }
.listing th { width: 14rem; }
caption { text-align: left; padding-top: 0.5rem; }
th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top;
  font-weight: normal; }
td p { margin: 0; }
.about th { color: var(--soft); white-space: nowrap; }
.members tr + tr, .listing tr + tr { border-top: 1px solid var(--edge); }
@media (max-width: 40rem) {
  body { padding: 0.7rem; }
  .members th, .members td, .listing th, .listing td, .about th, .about td { display: block;
    width: auto; padding: 0.1rem 0; }
  .members tr, .listing tr, .about tr { display: block; padding: 0.3rem 0; }
}
"""
    + colours.STYLE
)
