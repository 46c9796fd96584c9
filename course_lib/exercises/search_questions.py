"""Chapter 10, hyperparameter search: the questions asked before each experiment."""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "10.a",
        "1,438 digits lie sorted: all 0s first, all 9s last. You forget to shuffle and take the "
        "last 20 % as validation data. The network that has 96 % right after shuffling now has …",
        Option(
            "96 %: the order of the data does not matter.",
            "Within the training data it does not, if every epoch shuffles them. But the cut now parts the 8s and "
            "9s from the rest.",
        ),
        Option(
            "About 80 %, as one digit in five is missing.",
            "It is right about digits it was trained on. There are hardly any of those in the validation part.",
        ),
        Answer("About 1 %.", "The last 20 % are the 8s, the 9s and a few 7s. The network was never shown an 8 or a 9."),
    ),
    Prediction(
        "10.b",
        "You train 40 good settings and choose the one that is best on 20 validation images. On average "
        "over many such choices it has 98 % of these 20 right. And of other images?",
        Answer(
            "About 95 %: it was lucky, too.",
            "The best of 40 was good and lucky: the choice prefers both. Luck does not come along to new images.",
        ),
        Option(
            "98 %: that is what validation data are for.",
            "For choosing, yes. But its score has been chosen too, and the choice preferred luck.",
        ),
        Option(
            "More than 98 %, as 20 images are few.",
            "Few images make the score uncertain. Choosing the largest score uses that uncertainty in one direction.",
        ),
    ),
    Prediction(
        "10.c",
        "Nine trials for two hyperparameters, of which only one matters, and you do not know "
        "which. How many values of the important one does a 3 × 3 grid try, how many do nine random points?",
        Option("Nine and nine.", "The grid repeats each value three times, with different values of the other one."),
        Answer("Three and nine.", "Six of the nine grid points repeat what is known already."),
        Option(
            "Three and about six: random points cluster.",
            "They cluster, but two random numbers are never the same. Clusters cost distance, not values.",
        ),
    ),
    Prediction(
        "10.d",
        "One random trial in twenty is among the best 5 %. How many trials do you need, so that at "
        "least one is there with 95 % probability, if there are SIX hyperparameters?",
        Answer(
            "60, as with one hyperparameter.",
            "The best 5 % are counted among the settings you draw. How many numbers make up a setting is no "
            "matter. 59 are enough.",
        ),
        Option(
            "60⁶: each of the six axes needs 60 values.", "That is what a grid would need to be as fine on every axis."
        ),
        Option("360: 60 for each.", "One trial draws all six at once."),
    ),
    Prediction(
        "10.e",
        "60 learning rates are drawn evenly between 0.0001 and 10. How many of them do you expect below 0.1?",
        Option("About 36: three of five decades.", "That would be an even draw of the EXPONENT."),
        Option("About 6.", "That is what lies below 1. Below 0.1 it is a tenth of that."),
        Answer(
            "Less than one.",
            "0.1 is a hundredth of the range, and 60/100 = 0.6. Nine in ten are above 1, where the network below "
            "hardly learns.",
        ),
    ),
    Prediction(
        "10.f",
        "The five best of 60 trials all have learning rates between 0.005 and 0.01. The range was "
        "0.000001 to 0.01. What next?",
        Option(
            "Take the best one: it is the best.",
            "The best that was tried. The trials crowd the end of the range, so the best value may lie beyond it.",
        ),
        Answer(
            "Search again, beyond 0.01.",
            "Best values at the border are a warning: the range was too small. Here 0.1 gets 95 % right instead of "
            "84 %.",
        ),
        Option("Search again, between 0.005 and 0.01.", "A finer look at the wrong place."),
    ),
    Prediction(
        "10.g",
        "60 trials of 9 epochs cost 540. Successive halving gives all 60 one epoch, the best third "
        "three, the best third of those nine, each time from the beginning. What does it cost, and what does it find?",
        Answer(
            "About 180 epochs, and a winner as good.",
            "After one epoch a good setting is already ahead of most others. It need not be the first yet, only in "
            "the best third.",
        ),
        Option(
            "About 180 epochs, and a much worse winner.",
            "One epoch does not say who wins. But it says well enough who does not.",
        ),
        Option("About 400 epochs.", "60 · 1 + 20 · 3 + 7 · 9 = 183."),
    ),
    Prediction(
        "10.h",
        "You run the same search on two processes. They finish their trials in another order. "
        "Which trials come out different?",
        Option(
            "Those that finished in another order: they drew other random numbers.",
            "So it would be if they shared one generator. Here each trial has a generator of its own.",
        ),
        Answer(
            "None: each trial has a seed of its own.",
            "Settings and seeds are drawn before the first trial starts, whoever runs it and whenever.",
        ),
        Option(
            "All of them, a little: floating point is not exact.",
            "Not exact, but the same additions in the same order give the same bits.",
        ),
    ),
)

RECALL = recall(
    "10",
    (
        "Why are data shuffled before they are split?",
        ("They may lie sorted", "Training becomes faster", "It removes noise"),
        "Else the validation part can hold classes that were never trained on.",
    ),
    (
        "The best of many settings on the validation data: what will it get on new data?",
        ("Rather less", "The same", "Rather more"),
        "The best was lucky, too.",
    ),
    (
        "What is the test set for?",
        ("One honest score at the end", "Choosing the best hyperparameters", "Early stopping"),
        "Whatever is chosen by it is no longer measured by it.",
    ),
    (
        "Why does random search beat a grid when only one hyperparameter matters?",
        ("Each trial tries another value of it", "It needs no range", "Its trials learn from those before them"),
        "A grid repeats its few values.",
    ),
    (
        "About how many random trials reach the best 5 % with 95 % probability?",
        ("60, however many hyperparameters", "60 for each hyperparameter", "20"),
        "1 − 0.95⁶⁰ is about 0.95.",
    ),
    (
        "How are learning rates drawn?",
        ("Evenly by exponent", "Evenly by value", "From a normal distribution"),
        "An even draw puts nearly all of them into the highest decade.",
    ),
    (
        "The best trials lie at the border of the range. What next?",
        ("Search beyond it", "Search more finely at the border", "Take the best"),
        "The range was too small.",
    ),
    (
        "What does successive halving save on?",
        ("Trials that are behind early on", "Trials whose settings were tried before", "Validation data"),
        "Early scores do not say who wins, but well enough who does not.",
    ),
    (
        "When does a search on several processes give the same results as on one?",
        ("When settings and seeds are drawn beforehand", "Never", "When the processes are equally fast"),
        "Then it does not matter who finishes first.",
    ),
    (
        "What happens to a score if one looks at it often enough and keeps the best?",
        ("It becomes too good", "It becomes more exact", "Nothing"),
        "Noise is used in one direction.",
    ),
)
