"""Browsable pages of protocols and headers: `ipdl doc`.

    html         elements, and the escaping of everything that is not one
    style        the style sheet
    comments     `///` text as HTML
    links        what has a place in the pages, and its address
    types        types as links
    members      tables of fields, components, parameters
    declarations structs, unions, enums, constants and imported types
    messages     messages by direction
    pages        a protocol's page, a header's, the index
    site         all of them: `site.pages_of` is the one entry

Pages refer to each other and to one style sheet by relative names; they need no script and nothing
from the network. Whatever comes from a file passes `html.escaped`.
"""
