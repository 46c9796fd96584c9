"""Chapter 04, data preprocessing: the questions asked before each experiment.

The numbers are those of the experiments of this chapter with their default settings.
"""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "4.a",
        "Two features have standard deviation 1 and correlation 0.98. You standardise them. How "
        "stretched is the loss afterwards: what is λ₁/λ₂?",
        Option(
            "1: standardised data give a round bowl.",
            "Only without correlation. Both variances were 1 already, so nothing changes at all.",
        ),
        Option("About 2.", "λ₁ is 1.98, nearly the sum of both variances. But λ₂ is not 1."),
        Answer(
            "99.",
            "The eigenvalues are 1 + 0.98 and 1 − 0.98. Standardising sets the scales right and leaves the "
            "correlation alone, and with it the stretch; only whitening removes that.",
        ),
    ),
    Prediction(
        "4.b",
        "Five correlated features, centred, condition number 505. You standardise. What happens to it?",
        Option(
            "It falls below 505.",
            "With two features standardising never makes it larger. With more, scaling by the standard deviation "
            "is only nearly the best choice.",
        ),
        Option("It stays 505.", "Correlations stay, scales do not, and both make the Hessian."),
        Answer(
            "It rises to 551.",
            "Measured on one cloud of 400 points. Standardising usually helps and need not: with random "
            "covariances A·Aᵀ of five features it makes things worse in about one case of sixteen.",
        ),
    ),
    Prediction(
        "4.c",
        "What is the difference between PCA-whitened and ZCA-whitened data?",
        Answer(
            "A rotation: ZCA turns back, so each point stays close to where it was.",
            "The covariance cannot see a rotation. Of all whitenings ZCA moves the points least.",
        ),
        Option(
            "The covariance: only ZCA gives the identity.", "Both give the identity. So does every rotation of them."
        ),
        Option(
            "ZCA keeps the variances of the data.",
            "PCA without whitening keeps those along the principal axes. ZCA brings them all to 1, as "
            "PCA-whitening does.",
        ),
    ),
    Prediction(
        "4.d",
        "A line separates two clusters whose centre is 5 away from 0 in both features. You turn its "
        "weight vector by 5°. The loss was 0.06. What becomes of it?",
        Option(
            "It stays about 0.06.",
            "So it is when the clusters lie around 0. Here the line turns about the origin, 7 units away.",
        ),
        Answer(
            "It becomes about 0.36.",
            "Six times as much. At distance 7 a turn of 5° moves the line by 0.6, more than a cluster's standard "
            "deviation of 0.5. Normalised, the same turn gives 0.0623.",
        ),
        Option(
            "It becomes infinitely large.",
            "The loss grows linearly with the distance to the wrong side. It never becomes infinite.",
        ),
    ),
    Prediction(
        "4.e",
        "Colour images of 224 × 224 pixels. How many numbers does AlexNet's recipe subtract, and how many VGG's?",
        Answer(
            "150 528, and 3.",
            "224 · 224 · 3 numbers of the mean image, against one mean per channel. Both are taken over the whole "
            "training set.",
        ),
        Option(
            "One for each image, and three.",
            "The mean of each single picture is a third way, used by neither net. AlexNet subtracts the mean "
            "image, taken over the training set.",
        ),
        Option("3, and 150 528.", "The other way round."),
    ),
    Prediction(
        "4.f",
        "You whiten the digits with ε = 0.000001 and train. Clean validation images: 96 % right. Now every pixel gets "
        "noise of std 0.1: grey specks, and each digit still easy to read. How many are right now?",
        Option(
            "Still about 95 %.",
            "With ε = 0.01 nearly so: 93 %. With a tiny ε whitening blows up the directions in which digits "
            "hardly vary, and with them the noise.",
        ),
        Answer(
            "About 47 %.",
            "Noise is equally strong in all directions. Where λ is a millionth, it is multiplied by 700. "
            "Whitening makes every direction count the same, also those that carry nothing. (One draw; forty "
            "others gave 32 to 61 %.)",
        ),
        Option(
            "10 %, pure guessing.",
            "The directions of large variance still carry the digit. About half of the answers survive.",
        ),
    ),
    Prediction(
        "4.g",
        "500 columns of random numbers, random labels, 40 training and 100 test examples. Somebody picks the 10 "
        "columns that tell the classes apart best, using all data, then trains and tests properly. Test accuracy?",
        Option(
            "50 %: there is nothing to learn.",
            "That is the truth, and what comes out if the columns are chosen on the training split. But the test "
            "labels took part in the choice.",
        ),
        Answer(
            "About 70 %.",
            "Among 500 columns some fit the test labels by chance, and those were picked. On fresh data the same "
            "classifier gets 50 %.",
        ),
        Option(
            "About 95 %.",
            "Ten lucky columns tell something, not everything: 70 %. With more columns to choose from it would "
            "be more.",
        ),
    ),
    Prediction(
        "4.h",
        "40 digits to train, 100 to test. Somebody whitens with statistics from all 140. Compared with "
        "statistics from the 40, the reported test accuracy is",
        Option("higher, by about 13 points.", "Not always. Without the labels, the test data can also do harm."),
        Option(
            "the same, within a point.",
            "No label was used, and for centring and standardising it is so. Whitening in 64 dimensions depends "
            "strongly on who takes part.",
        ),
        Answer(
            "lower, by about 13 points.",
            "But leakage is the smaller part of it. On digits that took no part in anything the same classifier "
            "gets 62 %, 11 points less than with statistics from the 40: 140 digits vary in some 55 directions, 40 "
            "digits in 39, and whitening makes the faint ones far louder. The test digits themselves get 2 points "
            "less than that. Leakage can err on either side.",
        ),
    ),
)

RECALL = recall(
    "4",
    (
        "What does standardising leave as it was?",
        ("The correlations", "The means", "The variances"),
        "It moves and scales each feature by itself.",
    ),
    (
        "What is the covariance of whitened data?",
        ("The identity", "Diagonal, with the old variances", "That of the raw data"),
        "All directions have variance 1, and none is correlated with another.",
    ),
    (
        "How do PCA-whitened and ZCA-whitened data differ?",
        ("By a rotation", "By their covariance", "By their mean"),
        "ZCA turns back, so that each point stays close to where it was.",
    ),
    (
        "From which data are mean and standard deviation taken?",
        ("The training data", "All data", "Each part from itself"),
        "The same numbers are then used for validation and test.",
    ),
    (
        "What is ε in whitening for?",
        (
            "It keeps faint directions from becoming loud",
            "It makes the mean 0",
            "It makes all variances exactly 1 in spite of rounding",
        ),
        "1/√(λ + ε) stays bounded where λ is nearly 0.",
    ),
    (
        "What does whitening do to noise in directions of small variance?",
        ("It multiplies it", "It removes it", "Nothing"),
        "Noise is divided by the same small standard deviation as the data.",
    ),
    (
        "What does AlexNet's recipe subtract?",
        ("The mean image", "One mean for each picture", "The median"),
        "One number for each pixel and channel; VGG subtracts one for each channel.",
    ),
    (
        "Columns are chosen with the labels of all data, then one tests. What is wrong?",
        ("The test labels took part", "Nothing, if training is proper", "There are too few columns"),
        "Columns that fit them by chance were picked, so the score is too good.",
    ),
    (
        "Why does a small turn of the weights matter more when the data lie far from 0?",
        ("The line turns about the origin", "The loss is not convex there", "The gradient vanishes"),
        "It moves by distance times angle.",
    ),
    (
        "PCA keeps the k directions with …",
        ("the largest variance", "the smallest variance", "the best accuracy"),
        "They lose least in the mean square. Whether they tell classes apart is another matter.",
    ),
)
