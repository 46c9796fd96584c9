"""The cells of the notebook in which `latency` moves sliders: ours, the usual way, and the least there can be.

Each function is the source of one cell; what it displays is moved.
"""
# ruff: noqa: F401, F821, F841 (the functions become cells of one notebook)


def imports():
    import time

    import ipywidgets as widgets
    import matplotlib.pyplot as plt
    import numpy as np
    from IPython.display import display
    from ipywidgets import FloatLogSlider, FloatSlider, interact

    from course_lib.explorers import initialization_explorer, neuron_explorer


def echo():
    slider, text = widgets.IntSlider(max=10_000), widgets.HTML()
    slider.observe(lambda change: setattr(text, "value", f"<p>{change['new']}</p>"), "value")
    display(widgets.VBox([slider, text]))


def swap():
    def swapped(explorer, **other):
        """A slider that swaps two pictures of this explorer, drawn beforehand."""
        pictures = [explorer.picture.png(), explorer.set(**other).picture.png()]
        knob, image = widgets.IntSlider(max=10_000), widgets.Image(value=pictures[0])
        knob.observe(lambda change: setattr(image, "value", pictures[change["new"] % 2]), "value")
        return widgets.Box([knob, image], layout={"display": "flex", "flex_flow": "column"})

    display(swapped(neuron_explorer(w1=-3.0), w1=2.0))


def neuron():
    light = neuron_explorer(w1=-3.0)
    display(light)


def swap_layers():
    display(swapped(initialization_explorer(init="custom", scale=0.1), scale=0.04))


def layers():
    deep = initialization_explorer(init="custom", scale=1e-3)
    display(deep)


def relu_layers():
    relu = initialization_explorer(activation="relu", init="custom", scale=1e-3)
    display(relu)


def usual_neuron():
    @interact(w1=FloatSlider(-3.0, min=-3, max=3, step=0.1))
    def draw_neuron(w1, w2=1.0, b=0.0):
        axis = np.linspace(-4, 4, 101)
        x1, x2 = np.meshgrid(axis, axis)
        fig, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.4))
        y = 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))
        image = left.imshow(y, extent=(-4, 4, -4, 4), origin="lower", vmin=0, vmax=1)
        left.plot(axis, -(w1 * axis + b) / w2, "w")
        left.set(xlim=(-4, 4), ylim=(-4, 4), xlabel="x1", ylabel="x2", title="Output over the plane")
        fig.colorbar(image)
        z = np.linspace(-10, 10, 200)
        right.plot(z, 1 / (1 + np.exp(-z)))
        right.set(xlabel="z", title="Output y = sigmoid(z)")
        plt.show()


def usual_layers():
    @interact(scale=FloatLogSlider(1e-3, base=10, min=-3, max=1, step=0.05))
    def draw_layers(scale):
        rng = np.random.RandomState(0)
        h = rng.randn(1000, 500)
        fig, axes = plt.subplots(1, 10, figsize=(20, 4))
        for layer, ax in enumerate(axes, 1):
            h = np.tanh(h @ (rng.randn(500, 500) * scale))
            ax.hist(h.ravel(), 50, range=(-1, 1))
            ax.set_title(f"layer {layer}\nstd {h.std():.3g}")
        plt.show()


def split():
    def watched(explorer):
        """Seconds that each part of each move takes, from now on."""
        seconds = {"experiment": [], "draw": [], "encode": [], "all": []}

        def timed(part, function):
            def wrapper(*args, **kwargs):
                start = time.perf_counter()
                try:
                    return function(*args, **kwargs)
                finally:
                    seconds[part].append(time.perf_counter() - start)

            return wrapper

        explorer.experiment = timed("experiment", explorer.experiment)
        explorer.picture.update = timed("draw", explorer.picture.update)
        explorer.picture.png = timed("encode", explorer.picture.png)
        explorer.drag = timed("all", explorer.drag)
        return seconds

    seconds_of = {"neuron": watched(light), "layers": watched(deep), "relu_layers": watched(relu)}
