"""Another processor, imitated: what training starts from is moved by one relative rounding error.

Processors, BLAS kernels and numbers of threads differ in the last digit of a sum. Training in a chaotic regime turns
that digit into another curve. A number that survives this module for several seeds may be printed or asserted; one
that does not belongs to one machine.

Moved are the weights that an MLP draws, those that a network has at its first gradient (which may be written by
hand), that gradient itself (from zeros it is where training starts), and what an optimizer is initialised with.

JITTER=seed chooses which entries move up, down or not at all. The choice depends on the seed and on the bits of the
entry, so that equal networks stay equal. Zeros stay zeros.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from functools import wraps

SEED = int(os.environ["JITTER"])


def jitter(theta) -> None:
    """θ ← θ(1 + sε) in place,  s ∈ {−1, 0, 1} for each entry,  ε that of the dtype."""
    import numpy as np  # here: not every process that starts computes

    bits = theta.view({2: np.uint16, 4: np.uint32, 8: np.uint64}[theta.itemsize]).astype(np.uint64)
    mixed = (bits ^ np.uint64(SEED * 0x9E3779B97F4A7C15 % 2**64)) * np.uint64(0xBF58476D1CE4E5B9)
    sign = ((mixed ^ (mixed >> np.uint64(31))) * np.uint64(0x94D049BB133111EB) >> np.uint64(33)) % np.uint64(3)
    theta *= 1 + (sign.astype(theta.dtype) - 1) * np.finfo(theta.dtype).eps


def _network(module) -> None:
    draw = module.MLP._draw

    @wraps(draw)
    def drawn(self, *args, **kwargs):
        draw(self, *args, **kwargs)
        jitter(self.theta)

    module.MLP._draw = drawn


def _sequential(module) -> None:
    loss_and_grad = module.Sequential.loss_and_grad

    @wraps(loss_and_grad)
    def first_moved(self, *args, **kwargs):
        first, self._jittered = "_jittered" not in vars(self), True
        if first:
            jitter(self.theta)
        loss = loss_and_grad(self, *args, **kwargs)
        if first:
            jitter(self.grad)
        return loss

    module.Sequential.loss_and_grad = first_moved


def _optimizers(module) -> None:
    init = module.Optimizer.init

    @wraps(init)
    def started(self, theta):
        state = init(self, theta)
        if theta.flags.writeable:
            jitter(theta)
        return state

    module.Optimizer.init = started


PATCHES = {
    "course_lib.nn.network": _network,
    "course_lib.nn.sequential": _sequential,
    "course_lib.nn.optimizers": _optimizers,
}


class Finder(importlib.abc.MetaPathFinder):
    """Finds these modules as usual and changes them once they are loaded."""

    def find_spec(self, name, path=None, target=None):
        if name not in PATCHES:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            PATCHES[name](module)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, Finder())
