"""Writes the products of a list, each as soon as all that it needs is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from il2cdisc.base.memory import give_back
from il2cdisc.base.products import Product

Say = Callable[[str], None]


class Products:
    """Products in their order, and the resources that they take.

    A resource is let go when no product needs it any more: the datasets of a large trial are gigabytes.
    """

    def __init__(self, products: Sequence[Product], folder: Path, say: Say) -> None:
        self._waiting = list(products)
        self._folder, self._say = folder, say
        self._held: dict[str, object] = {}
        self._results: dict[str, object] = {}

    def give(self, resources: dict[str, object]) -> None:
        """Take resources, out of the dictionary, and write the products that have all they need, in order."""
        self._held |= resources
        resources.clear()
        while self._waiting and all(name in self._held for name in self._waiting[0].needs.values()):
            self._write(self._waiting.pop(0))

    def finished(self) -> None:
        """Raise `LookupError` where a product waits for a resource that nobody gave: an error of the list."""
        for product in self._waiting:
            missing = [name for name in product.needs.values() if name not in self._held]
            raise LookupError(f"{product.name} needs {', '.join(missing)}, which nothing makes")

    def result(self, name: str) -> object:
        """What the product `name` returned; None where the list does not have it."""
        return self._results.get(name)

    def _write(self, product: Product) -> None:
        if product.title:
            self._say(product.title)
        folder = self._folder / product.folder
        folder.mkdir(parents=True, exist_ok=True)
        taken = {parameter: self._held[name] for parameter, name in product.needs.items()}
        later = {name for other in self._waiting for name in other.needs.values()}
        self._held = {name: value for name, value in self._held.items() if name in later}
        result = self._results[product.name] = product.write(folder, **taken)
        if product.name in later:
            self._held[product.name] = result
        give_back()
