"""Diagnostics 01xx: characters and grammar. Reported by `lexer`, `recovery`, `tree_builder`."""

from ipdl.diagnostics.table import error


@error(101, "`{text}` has no meaning in this language", help="{hint}")
def unknown_characters(text: str, hint: str) -> None:
    ...


@error(102, "the comment that begins here is never closed", help="write `*/` where it ends")
def unterminated_comment() -> None:
    ...


@error(
    103,
    "the string that begins here is not closed on its line",
    help='write `"` where it ends; a string has no escapes and cannot span lines',
)
def unterminated_string() -> None:
    ...


@error(104, "expected {expected}{after}, but found {found}", help="{hint}")
def unexpected_token(expected: str, after: str, found: str, hint: str) -> None:
    ...


@error(105, "`{word}` is a reserved word and cannot name {what}", help="choose another name")
def reserved_word(word: str, what: str) -> None:
    ...


@error(106, "expected `;`{after}", help="write `;` here")
def missing_semicolon(after: str) -> None:
    ...


@error(107, "expected `}}` before {found}", help="write `}};` to close what was opened")
def missing_brace(found: str) -> None:
    ...


@error(108, "{found} closes nothing", help="remove it")
def nothing_to_close(found: str) -> None:
    ...


@error(109, "this `;` ends nothing", help="remove it; a namespace is not followed by `;`")
def stray_semicolon() -> None:
    ...


@error(
    110,
    "`{what}` must come before the first declaration",
    help="move it up to the other include and using statements",
)
def late_preamble(what: str) -> None:
    ...


@error(
    111,
    "`{what}` cannot be inside a namespace",
    help="move it to the beginning of the file; what it names keeps its own namespace",
)
def preamble_in_namespace(what: str) -> None:
    ...


@error(112, "namespace `{name}` is empty", help="remove it, or declare something in it")
def empty_namespace(name: str) -> None:
    ...


@error(
    113,
    "union `{name}` has no component",
    help="a union needs at least one type: `union {name} {{ T; }};`",
)
def empty_union(name: str) -> None:
    ...


@error(114, "an attribute list cannot be empty", help="remove `[]`")
def empty_attributes() -> None:
    ...


@error(115, "only one attribute list may stand here", help="write `[A, B]` instead of `[A] [B]`")
def second_attribute_list() -> None:
    ...


@error(116, "attribute `{name}` is repeated", help="remove one of the two")
def repeated_attribute(name: str) -> None:
    ...


@error(
    117,
    "the label `{label}:` is not followed by a message",
    help="remove the label, or declare messages after it",
)
def label_without_message(label: str) -> None:
    ...


@error(
    118,
    "message `{name}` has no direction",
    help="write `parent:`, `child:` or `both:` before it: the side that receives",
)
def no_direction(name: str) -> None:
    ...


@error(
    119,
    "`{what}` must come before {other}",
    help="the order in a protocol is: manager, manages, messages",
)
def wrong_order(what: str, other: str) -> None:
    ...


@error(
    120,
    "a protocol has at most one `manager` statement",
    help="write all managers in one: `manager PA or PB;`",
)
def second_manager_statement() -> None:
    ...


@error(
    121,
    "`{name}` cannot be declared inside a protocol",
    help="what a protocol uses is declared before it, in the file or in a namespace",
)
def aggregate_in_protocol(name: str) -> None:
    ...


@error(
    122,
    "a type is called by its short name here",
    help="{hint}",
)
def qualified_type(hint: str) -> None:
    ...


@error(
    123,
    "a template with several arguments cannot be named",
    help='give it a name in C++ and write `using the::Alias from "...";`',
)
def several_template_arguments() -> None:
    ...


@error(
    124,
    "a type may have at most {limit} wrappers (`[]`, `?`, UniquePtr)",
    help="put a part of it into a struct, so that it has a name",
)
def type_too_deep(limit: int) -> None:
    ...


@error(
    125,
    "namespaces may be nested at most {limit} deep",
    help="close some before you open more",
)
def namespaces_too_deep(limit: int) -> None:
    ...


@error(126, "only one protocol may be declared in a file", help="give `{name}` a file of its own")
def second_protocol(name: str) -> None:
    ...


@error(
    127,
    "protocol `{name}` cannot be declared in a header",
    help="a file with a protocol is called `{name}.ipdl`",
)
def protocol_in_header(name: str) -> None:
    ...


@error(128, "`{word}` is not a word of the language here", help="did you mean `{meant}`?")
def misspelt(word: str, meant: str) -> None:
    ...


@error(
    129,
    "message `{name}` does not say whether it is async or sync",
    help="write `async {name}(...)`: the sender does not wait, unless it must",
)
def no_semantics(name: str) -> None:
    ...


@error(
    130,
    "a number has no place here; found {found}",
    help="{hint}",
)
def unexpected_number(found: str, hint: str) -> None:
    ...


@error(
    131,
    "`{word}` cannot be a name",
    help="names consist of ASCII letters, digits and `_`, and do not begin with a digit",
)
def name_not_ascii(word: str) -> None:
    ...


@error(
    132,
    "the argument of this template must be a plain name",
    help='give the C++ type a name of its own and write `using the::Alias from "...";`',
)
def template_of_wrapped() -> None:
    ...


@error(
    133, "a map has two types, that of its keys and that of its values", help="write `map<K, V>`"
)
def map_of_more_than_two() -> None:
    ...


@error(134, "enum `{name}` has no values", help="an enum needs at least one: `{{ kFirst }}`")
def empty_enum(name: str) -> None:
    ...


@error(
    135,
    "enum `{name}` does not say of which type its values are",
    help="write `enum {name} : uint8_t`, or another integer type that is large enough",
)
def enum_without_type(name: str) -> None:
    ...


@error(136, "the values of an enum are separated by `,`", help="write `,` here")
def wrong_separator() -> None:
    ...


@error(
    137,
    "`{text}` is not a number",
    help="write it like `16`, `-1`, `0x10` or `2.5`; without leading zeros and without a suffix",
)
def not_a_number(text: str) -> None:
    ...


@error(
    138,
    "a name may have at most {limit} characters; this one has {length}",
    help="choose a shorter one",
)
def name_too_long(limit: int, length: int) -> None:
    ...


@error(139, "an enum is written without `{word}`", help="remove it; in C++ it is an `enum class`")
def class_of_enum(word: str) -> None:
    ...
