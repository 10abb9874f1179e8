"""One file's text to its syntax tree: lexer, old language, automaton, recovery, tree.

Reports every mistake of spelling and grammar, and always returns a tree of what it understood.
Nothing is looked up and no other file is read. Called by `loader`.
"""

from __future__ import annotations

from ipdl import ast, contextual, diagnostics, tables
from ipdl.automaton import Automaton
from ipdl.legacy import modernize
from ipdl.lexer import tokenize
from ipdl.recovery import Recovery
from ipdl.reporter import Reporter
from ipdl.source import SourceFile, Span
from ipdl.tree_builder import TreeBuilder

MAX_FILE_BYTES = 1 << 20  # a protocol of 3,000 messages has a third of that


def parse(file: SourceFile, reporter: Reporter) -> ast.File:
    """The file's tree; `incomplete` if something was dropped at its top level."""
    lexed = tokenize(file, reporter)
    nothing = ast.File(file, (), incomplete=True)
    if lexed.hopeless:
        return nothing
    tokens = modernize(file, lexed.tokens, reporter)
    contextual.mark(tokens)
    automaton = Automaton(tables.load(), TreeBuilder(file, reporter).build)
    recovery = Recovery(automaton, file, lexed._replace(tokens=tokens), reporter)
    at: int | None = 0
    mistakes = 0
    while at is not None:
        if tokens[at].text in contextual.WORDS:
            tokens[at] = contextual.in_context(tokens, at, automaton)
        if not recovery.ends_block(at) and automaton.feed(tokens[at]):
            at += 1
            if at == len(tokens):
                tree = automaton.result
                assert isinstance(tree, ast.File)
                return tree
            continue
        mistakes += 1
        if mistakes > reporter.SYNTAX_LIMIT:
            span = Span(file, tokens[at].start, tokens[at].end)
            reporter.report(diagnostics.too_many_mistakes(reporter.SYNTAX_LIMIT), span)
            return nothing
        at = recovery.recover(at)
    return nothing
