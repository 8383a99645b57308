"""Reads the imports of Python files, those inside functions too."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One imported module, by its full dotted name.

    deferred: inside a function, so that importing the file does not need it.
    typing_only: under `if TYPE_CHECKING`.
    """

    file: str
    line: int
    module: str
    deferred: bool = False
    typing_only: bool = False

    @property
    def top(self) -> str:
        """Return the name of the distribution's module."""
        return self.module.split(".")[0]

    def __str__(self) -> str:
        """Return where it is and what it imports."""
        return f"{self.file}:{self.line} imports {self.module}"


def imports_of(root: Path, folder: str) -> list[Import]:
    """Return all imports of the Python files below `folder`."""
    files = sorted((root / folder).rglob("*.py"))
    return [found for path in files for found in parse(path.read_text(encoding="utf-8"), str(path.relative_to(root)))]


def parse(source: str, file: str) -> Iterator[Import]:
    """Yield the imports of one file; `file` is relative to the repository."""
    package = file.removesuffix(".py").split("/")[:-1]
    yield from _walk(ast.parse(source, file), file, package, deferred=False, typing_only=False)


def _walk(node: ast.AST, file: str, package: list[str], *, deferred: bool, typing_only: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for module in _modules(child, package):
            yield Import(file, child.lineno, module, deferred, typing_only)  # type: ignore[attr-defined]
        inside = deferred or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing = typing_only or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))
        yield from _walk(child, file, package, deferred=inside, typing_only=typing)


def _modules(node: ast.AST, package: list[str]) -> list[str]:
    """Return what a statement imports; `from a import b` may mean the module a.b, so it counts as that."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        stem = ".".join([*base, *([node.module] if node.module else [])])
        return [f"{stem}.{alias.name}" for alias in node.names]
    return []
