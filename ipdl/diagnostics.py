"""The table of all diagnostics: number, severity, text and help, each with typed arguments.

Adding one: write a function here whose parameters are the arguments of the text, under the next free
number of its subject; add `tests/compiler/error/NNNN_*.ipdl` and a good neighbour. A number is never
used again for something else: a diagnostic that goes is moved to RETIRED.

  01xx files and command line   04xx protocols      07xx sync list
  02xx characters and grammar   05xx messages       08xx outputs
  03xx names and types          06xx attributes     09xx the language of old

Nothing here knows places or how a finding is shown: see `reporter`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec

P = ParamSpec("P")


class Severity(enum.Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """One diagnostic with its arguments filled in, but without a place."""

    number: int
    severity: Severity
    text: str
    help: str

    @property
    def code(self) -> str:
        return f"IPDL{self.number:04}"


@dataclass(frozen=True)
class Diagnostic(Generic[P]):
    """A line of the table. Calling it with its arguments gives a Problem."""

    number: int
    severity: Severity
    text: str
    help: str
    name: str
    parameters: tuple[str, ...]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Problem:
        values: dict[str, Any] = dict(zip(self.parameters, args), **kwargs)
        return Problem(
            self.number,
            self.severity,
            self.text.format_map(values),
            self.help.format_map(values),
        )


TABLE: dict[int, Diagnostic[...]] = {}
RETIRED: frozenset[int] = frozenset()


def _enter(
    number: int, severity: Severity, text: str, help: str
) -> Callable[[Callable[P, None]], Diagnostic[P]]:
    def enter(function: Callable[P, None]) -> Diagnostic[P]:
        assert number not in TABLE and number not in RETIRED, f"number {number} was used before"
        code = function.__code__
        entry: Diagnostic[P] = Diagnostic(
            number,
            severity,
            text,
            help,
            function.__name__,
            code.co_varnames[: code.co_argcount + code.co_kwonlyargcount],
        )
        TABLE[number] = entry
        return entry

    return enter


def error(number: int, text: str, help: str = "") -> Callable[[Callable[P, None]], Diagnostic[P]]:
    return _enter(number, Severity.ERROR, text, help)


def warning(number: int, text: str, help: str = "") -> Callable[[Callable[P, None]], Diagnostic[P]]:
    return _enter(number, Severity.WARNING, text, help)


# --- 00xx: files and command line ------------------------------------------------------------------


@error(1, "cannot read `{path}`: {reason}")
def cannot_read(path: str, reason: str) -> None:
    ...


@error(2, "cannot find `{file}`", help="{hint}")
def include_not_found(file: str, hint: str) -> None:
    ...


@error(
    3,
    "`{name}` was already read from `{first}`, but here it would be `{second}`",
    help="one name stands for one file in a run: remove one of the two, or reorder the -I options",
)
def read_from_two_places(name: str, first: str, second: str) -> None:
    ...


@error(4, "not UTF-8 text: byte 0x{byte:02x} at offset {offset}", help="save the file as UTF-8")
def not_utf8(byte: int, offset: int) -> None:
    ...


@error(5, "the file has {size} bytes; the compiler reads at most {limit}")
def file_too_large(size: int, limit: int) -> None:
    ...


@error(
    6,
    "`{name}` is neither a protocol (.ipdl) nor a header (.ipdlh)",
    help="rename the file: the kind of a file is told from the end of its name",
)
def unknown_extension(name: str) -> None:
    ...


@error(7, "protocol `{name}` must be in a file called `{expected}`; this one is called `{actual}`")
def wrong_file_name(name: str, expected: str, actual: str) -> None:
    ...


@error(8, "more than {limit} mistakes in this file; the rest of it was not looked at")
def too_many_mistakes(limit: int) -> None:
    ...


@error(
    9,
    "the file declares nothing",
    help="a file needs at least one struct, union or protocol",
)
def empty_file() -> None:
    ...


@error(
    10,
    "`{file}` declares no protocol",
    help="a file with only structs and unions is a header: call it `{header}`",
)
def no_protocol(file: str, header: str) -> None:
    ...


# --- 01xx: characters and grammar ------------------------------------------------------------------


@error(101, "`{text}` has no meaning in this language")
def unknown_characters(text: str) -> None:
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


@error(104, "expected {expected}{after}, but found {found}")
def unexpected_token(expected: str, after: str, found: str) -> None:
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
    help="a union needs at least one type: `{name} {{ T; }};`",
)
def empty_union(name: str) -> None:
    ...


@error(114, "an attribute list cannot be empty", help="remove `[]`")
def empty_attributes() -> None:
    ...


@error(115, "only one attribute list may stand here", help="write `[A, B]` instead of `[A] [B]`")
def second_attribute_list() -> None:
    ...


@error(116, "attribute `{name}` is repeated")
def repeated_attribute(name: str) -> None:
    ...


@error(
    117,
    "the label `{label}:` is not followed by a message",
    help="remove the label, or declare the messages that the {label} receives",
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
    help="structs and unions stand before the protocol, in the file or in a namespace",
)
def aggregate_in_protocol(name: str) -> None:
    ...


@error(
    122,
    "a type is called by its short name here",
    help='write `{short}`, and `using {full} from "...";` at the beginning of the file if it is a C++ type',
)
def qualified_type(short: str, full: str) -> None:
    ...


@error(
    123,
    "a template with several arguments cannot be named",
    help='give it a name in C++ and write `using the::Alias from "...";`',
)
def several_template_arguments() -> None:
    ...


@error(124, "a type may have at most {limit} wrappers (`[]`, `?`, UniquePtr)")
def type_too_deep(limit: int) -> None:
    ...


@error(125, "namespaces may be nested at most {limit} deep")
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


@error(130, "numbers have no place in this language; found {found}")
def unexpected_number(found: str) -> None:
    ...


# --- 09xx: the language of old ---------------------------------------------------------------------


@error(
    901, "`{written}` was removed from the language", help="write `{modern}` before the declaration"
)
def legacy_qualifier(written: str, modern: str) -> None:
    ...


@error(
    902,
    "`{word}` was removed from the language",
    help="write `sync` if the sender must wait, else `async` with `returns`",
)
def legacy_semantics(word: str) -> None:
    ...


@error(903, "the suffix `{word}` was removed from the language", help="{modern}")
def legacy_suffix(word: str, modern: str) -> None:
    ...


@error(
    904,
    "`{word}` was removed from the language",
    help="make a pair of endpoints (`CreateEndpoints`) and send each where it belongs as "
    "`Endpoint<PFooParent>` or `Endpoint<PFooChild>`",
)
def legacy_channel(word: str) -> None:
    ...


@error(
    905,
    "state machines were removed from the language; found state `{name}`",
    help="remove the states and transitions; let the receiver's code refuse what comes too early",
)
def legacy_state(name: str) -> None:
    ...


@error(
    906,
    "states of actors were removed from the language; found `{actor}:{state}`",
    help="write `{actor}`",
)
def legacy_actor_state(actor: str, state: str) -> None:
    ...


@error(
    907,
    "`~{name}()` was removed from the language",
    help="write `async __delete__();` in protocol {name} itself",
)
def legacy_destructor(name: str) -> None:
    ...
