"""Double descent: worst where the fit is only just possible, better than before beyond, and gone with a penalty."""

from course_lib.experiments.regularization_double_descent import double_descent


def test_validation_dips_where_features_and_images_are_equal_and_rises_beyond():
    few, dip, many = (double_descent(features, images=100, seeds=4) for features in (30, 100, 600))
    assert dip.train == many.train == 1
    assert dip.right < few.right - 0.1 and many.right > few.right
    assert dip.norm > 5 * max(few.norm, many.norm)


def test_a_penalty_removes_the_dip():
    few, dip, many = (double_descent(features, images=100, ridge=1.0, seeds=4).right for features in (30, 100, 600))
    assert few < dip < many + 0.01


def test_without_a_penalty_few_features_fit_as_well_as_with_one():
    plain, penalised = (double_descent(25, ridge=ridge).right for ridge in (0.0, 1.0))
    assert abs(plain - penalised) < 0.03  # so the text speaks of sizes from 100 on only
