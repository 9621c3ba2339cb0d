"""YAML: entries wherever they are nested. It is read as data alone; nothing in it is run."""

from typing import BinaryIO

from faq.transfer.encoding import detected
from faq.transfer.json_files import table_of_entries
from faq.transfer.objects import MOST_DEPTH
from faq.transfer.table import Table, UnreadableFile

MOST_BYTES = 20 << 20  # it takes a hundred times as much memory
MOST_REPEATS = 30  # of a list or an object by its name; more could stand for millions of entries


def read(file: BinaryIO, encoding: str = "", language: str = "") -> Table:
    """Return the table of a YAML file. Raises `UnreadableFile`."""
    import yaml

    text = detected(file, encoding).text(file).read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise UnreadableFile(
            f"A YAML file may have {MOST_BYTES >> 20} MB. Split it, or save it as JSON."
        )

    class Loader(yaml.CSafeLoader):
        """One for which numbers, days, yes and no stay as they are written."""

    Loader.yaml_implicit_resolvers = {
        sign: [pair for pair in pairs if pair[0].endswith((":null", ":merge"))]
        for sign, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }
    try:
        _refuse_bomb(text)
        parts = [part for part in yaml.load_all(text, Loader) if part is not None]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise UnreadableFile(f"The file is not YAML{where}: {error.problem}.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableFile(f"The file is not YAML: {error}.") from None
    values = [v for part in parts for v in (part if isinstance(part, list) else [part])]
    return table_of_entries("YAML", iter(values), language)


def _refuse_bomb(text: str) -> None:
    """Raise `UnreadableFile` where a text has too many levels, or repeats itself too often."""
    import yaml

    level = repeats = 0
    named: set[str | None] = set()
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            level += 1
            named |= {event.anchor}
        elif isinstance(event, yaml.CollectionEndEvent):
            level -= 1
        elif isinstance(event, yaml.AliasEvent):
            repeats += event.anchor in named
        if level > MOST_DEPTH:
            raise UnreadableFile(f"The YAML has more than {MOST_DEPTH} levels inside one another.")
        if repeats > MOST_REPEATS:
            raise UnreadableFile("The YAML repeats its lists too often to be a list of questions.")
