"""All explorers by name. A chapter's module is imported when one of its explorers is first asked for."""

from importlib import import_module

_NAMES = {
    "neurons": "neuron_explorer boundary_explorer network_update_explorer window_update_explorer "
    "gradient_check_explorer minibatch_explorer",
    "activations": "activation_explorer gradient_chain_explorer dying_relu_explorer activation_race_explorer "
    "prelu_explorer maxout_explorer",
    "zero_centring": "zigzag_explorer sign_agreement_explorer network_signs_explorer conditioning_explorer",
    "preprocessing": "preprocessing_explorer sensitivity_explorer image_preprocessing_explorer leakage_explorer",
    "initialization": "initialization_explorer symmetry_explorer initialization_race_explorer",
    "batchnorm": "batchnorm_by_hand_explorer batchnorm_depth_explorer batchnorm_modes_explorer "
    "batchnorm_training_explorer normalization_axes_explorer",
    "optimizers": "optimizer_path_explorer learning_rate_map_explorer momentum_explorer adam_bias_explorer "
    "schedule_explorer optimizer_race_explorer conventions_explorer",
    "regularization": "overfitting_explorer weight_decay_explorer dropout_explorer ensemble_explorer",
    "babysitting": "initial_loss_explorer tiny_overfit_explorer learning_rate_explorer range_test_explorer "
    "live_training_explorer clinic_explorer",
    "search": "grid_vs_random_explorer log_scale_explorer search_explorer",
    "playground_sliders": "playground",
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names.split()}
__all__ = list(_MODULE_OF) + ["all_explorers", "lecture_mode"]


def all_explorers() -> dict:
    """Every explorer of the course: name -> the function that makes it."""
    return {name: __getattr__(name) for name in _MODULE_OF}


def __getattr__(name: str):
    if name == "lecture_mode":
        return import_module("course_lib.plots.style").lecture_mode
    if name not in _MODULE_OF:
        raise AttributeError(f"There is no explorer {name!r}; there are: {', '.join(_MODULE_OF)}.")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
