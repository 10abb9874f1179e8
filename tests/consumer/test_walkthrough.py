"""The follower of pages does what a page says, in order, and stops at what does not hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.consumer.walkthrough import Broken, follow, steps_of

_PAGE = """\
# A page

<!-- file: dir/greeting.txt -->
```text
hello
```

```sh
false   # not marked: only for reading
```

<!-- run -->
```sh
cat dir/greeting.txt
echo done
```

<!-- output -->
```text
hello
done
```
"""


def test_a_page_is_followed_in_order(tmp_path: Path) -> None:
    follow(_PAGE, tmp_path, os.environ)

    assert "hello\n" == (tmp_path / "dir/greeting.txt").read_text()


def test_steps_know_their_line() -> None:
    assert [("file", 3), ("run", 12), ("output", 18)] == [(s.kind, s.line) for s in steps_of(_PAGE)]


def test_a_command_that_fails_stops_the_walk(tmp_path: Path) -> None:
    page = "<!-- run -->\n```sh\nfalse\ntrue\n```\n"

    with pytest.raises(Broken, match="line 1: exit code 1"):
        follow(page, tmp_path, os.environ)


def test_output_that_is_not_said_stops_the_walk(tmp_path: Path) -> None:
    page = _PAGE.replace("hello\ndone\n```\n", "done\nhello\n```\n")

    with pytest.raises(Broken, match="promises 'hello'"):
        follow(page, tmp_path, os.environ)


@pytest.mark.parametrize(
    "page",
    [
        "<!-- run -->\n\n```sh\ntrue\n```\n",
        "<!-- run -->\n```c++\nint x;\n```\n",
        "<!-- file -->\n```text\nx\n```\n",
        "<!-- run: a -->\n```sh\ntrue\n```\n",
    ],
)
def test_a_mark_that_cannot_be_followed_is_refused(page: str) -> None:
    with pytest.raises(Broken):
        steps_of(page)


def test_a_file_outside_the_directory_is_refused(tmp_path: Path) -> None:
    page = "<!-- file: ../x -->\n```text\nx\n```\n"

    with pytest.raises(Broken, match="outside"):
        follow(page, tmp_path / "inner", os.environ)
