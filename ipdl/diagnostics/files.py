"""Diagnostics 00xx and 07xx: reading files, and writing outputs."""

from ipdl.diagnostics.table import error, warning


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


@error(
    4,
    "not UTF-8 text: the byte 0x{byte:02x} in line {line}, at offset {offset}, does not fit",
    help="save the file as UTF-8",
)
def not_utf8(byte: int, offset: int, line: int) -> None:
    ...


@error(
    5,
    "the file is larger than {limit} bytes, the most that the compiler reads",
    help="is it the right file? what is too large can be divided into headers and managed protocols",
)
def file_too_large(limit: int) -> None:
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


@error(
    8,
    "more than {limit} mistakes in this file; the rest of it was not looked at",
    help="begin with the first; if there are so many, it may be the wrong file",
)
def too_many_mistakes(limit: int) -> None:
    ...


@warning(
    13,
    "there are more findings than the {limit} above",
    help="the rest is shown once some of these are gone",
)
def too_many_findings(limit: int) -> None:
    ...


@error(
    9,
    "the file declares nothing",
    help="a file needs at least one protocol, type or constant",
)
def empty_file() -> None:
    ...


@error(
    10,
    "`{file}` declares no protocol",
    help="a file with only types and constants is a header: call it `{header}`",
)
def no_protocol(file: str, header: str) -> None:
    ...


@warning(11, "nothing of `{name}` is used in this file", help="remove the include")
def unused_include(name: str) -> None:
    ...


@error(
    12,
    "`{name}` and `{other}` need each other, which headers in C++ cannot",
    help="move what both of them use to a third header",
)
def headers_need_each_other(name: str, other: str) -> None:
    ...


@warning(
    14,
    "there is no {code} to ignore on this line nor on the next",
    help="remove the comment",
)
def unused_suppression(code: str) -> None:
    ...


@warning(
    15,
    "this comment does not say why {code} is to be ignored",
    help="write `// ipdl:ignore {code} ` and the reason; without it nothing is ignored",
)
def suppression_without_reason(code: str) -> None:
    ...


@warning(
    16,
    "`{written}` cannot be ignored: {why}",
    help="write `// ipdl:ignore`, the number of one warning, and the reason",
)
def bad_suppression(written: str, why: str) -> None:
    ...


@error(
    17,
    "no file can include `{name}`, because `{stem}` is not a name",
    help="call it otherwise: a name has ASCII letters, digits and `_`, and is no reserved word",
)
def unusable_file_name(name: str, stem: str) -> None:
    ...


@error(
    701,
    "`{first}` and `{second}` would both write `{output}`",
    help="outputs lie in one directory and may not differ in case alone: rename one of the two",
)
def output_twice(first: str, second: str, output: str) -> None:
    ...


@error(702, "cannot write `{path}`: {reason}")
def cannot_write(path: str, reason: str) -> None:
    ...


@error(
    703,
    "a header that is read from standard input has no name for its outputs",
    help="give it as a file",
)
def nameless_header() -> None:
    ...


@error(
    705,
    "{what} and {other} would both be `{name}` in C++",
    help="rename one of the two, or put it into another namespace",
)
def one_name_in_cxx(what: str, other: str, name: str) -> None:
    ...


@error(
    706,
    "C++ cannot have {what} beside the C library's `{name}`",
    help="give it another name, or put it into a namespace",
)
def name_of_c_library(what: str, name: str) -> None:
    ...


@error(
    707,
    "{what} cannot be declared in `{namespace}`, which is the namespace of {owner}",
    help="put it into a namespace of your own",
)
def namespace_of_library(what: str, namespace: str, owner: str) -> None:
    ...
