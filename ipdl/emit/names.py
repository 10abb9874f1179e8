"""Names in generated C++: what a user's identifier becomes, and how not to meet one.

Two rules keep every identifier of an author harmless:

* `cxx_name`: an identifier that C++ (or a macro of its standard headers) has taken gets an
  underscore, `class` becomes `class_`. So that nothing else can become `class_`, that identifier
  gets one more as well: the rule is injective.
* `fresh`: a name of our own (a local variable, a private member) steps aside if an author's name
  in the same scope is equal.

Where a name has to be looked up from inside a class, see `scope`.
"""

from __future__ import annotations

from collections.abc import Container

KEYWORDS = frozenset(
    """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t
    char32_t class compl concept const consteval constexpr constinit const_cast continue co_await
    co_return co_yield decltype default delete do double dynamic_cast else enum explicit export
    extern false float for friend goto if inline int long mutable namespace new noexcept not not_eq
    nullptr operator or or_eq private protected public register reinterpret_cast requires return
    short signed sizeof static static_assert static_cast struct switch template this thread_local
    throw true try typedef typeid typename union unsigned using virtual void volatile wchar_t while
    xor xor_eq
    """.split()
)

# Macros that the standard headers, the C library or a compiler's GNU mode define under names that
# an author may well choose. Function-like ones count: an accessor's name is followed by `(`.
MACROS = frozenset(
    """
    assert BUFSIZ CHAR_BIT EOF EXIT_FAILURE EXIT_SUCCESS FILENAME_MAX HUGE_VAL INFINITY INT_MAX
    INT_MIN NAN NULL RAND_MAX SEEK_CUR SEEK_END SEEK_SET SIGABRT SIGFPE SIGILL SIGINT SIGSEGV
    SIGTERM SIG_DFL SIG_ERR SIG_IGN errno i386 linux major makedev math_errhandling minor offsetof
    setjmp sigsetjmp stderr stdin stdout unix va_arg va_copy va_end va_start
    """.split()
)

RESERVED = KEYWORDS | MACROS


def cxx_name(identifier: str) -> str:
    """The C++ name of an author's field, parameter, type or namespace."""
    return identifier + "_" if identifier.rstrip("_") in RESERVED else identifier


def fresh(wanted: str, taken: Container[str]) -> str:
    """`wanted`, with as many underscores as it takes to differ from every taken name."""
    while wanted in taken:
        wanted += "_"
    return wanted
