"""Chapter 11, playground and capstone: the questions asked before each experiment."""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "11.a",
        "No hidden layer, only a softmax on the inputs. The data are two circles, one inside the other. "
        "The inputs are x1, x2, x1² and x2². Can it separate them?",
        Option(
            "No: without a hidden layer all borders are straight.",
            "They are straight in the space of the inputs. That space now has four dimensions.",
        ),
        Answer(
            "Yes: a straight border is enough there.",
            "A circle is x1² + x2² = r²: a straight border in the squares. What a hidden layer learns, a good "
            "input gives for nothing.",
        ),
        Option(
            "Only from x1² and x2²: x1 and x2 would spoil it.",
            "Their weights can become 0. What is not needed need not be used.",
        ),
    ),
    Prediction(
        "11.b",
        "Five sigmoid layers of 16 units, weights 0.01·N(0, 1), SGD. The gradient at the last hidden layer has "
        "std 0.009. What is it at the first?",
        Option(
            "About 0.001.",
            "That would be a loss of a factor of 2 per layer. Each layer multiplies by W, of size 0.01·√16, and by "
            "a slope of 1/4.",
        ),
        Option("About 10⁻⁵.", "Nearer, but each of the four layers takes away a factor of about 100."),
        Answer("About 10⁻¹⁰.", "0.01·√16·1/4 = 0.01 per layer, and four layers: 10⁻⁸ times 0.009."),
    ),
    Prediction(
        "11.c",
        "The same dead network, but with Adam instead of SGD. Does it begin to learn?",
        Answer(
            "Yes: Adam divides each gradient by its own size.",
            "m̂/√v̂ is about ±1 for a steady gradient well above ε, for 10⁻⁶ as for 1. Adam hides a bad "
            "initialisation, and pays with time: He and ReLU are done long before.",
        ),
        Option(
            "No: what is lost on the way down is lost for good.",
            "The gradient is tiny, but it still points somewhere, and 10⁻¹⁰ is far from where floating point ends.",
        ),
        Option(
            "No: Adam needs gradients above ε = 10⁻⁸.",
            "They become larger than ε soon, because the last layers learn first and pass more on. ε only slows "
            "the beginning.",
        ),
    ),
    Prediction(
        "11.d",
        "A sigmoid network on raw pixels from 0 to 16, weights 0.01·N(0, 1), SGD with η = 0.1, reads "
        "96 % of the validation digits. You standardise the pixels and change nothing else. And now?",
        Option(
            "98 %: inputs should be standardised.",
            "They should, but everything else was tuned to the raw ones, if only by luck.",
        ),
        Option("96 %, but sooner.", "Smaller inputs mean smaller sums, and smaller gradients at the first layer."),
        Answer(
            "Less than 90 %, for want of large inputs.",
            "The large pixels had made up for the small weights and the small rate. Whoever changes one thing must "
            "look at the others again.",
        ),
    ),
    Prediction(
        "11.e",
        "1078 training digits, each also moved by one pixel in four directions: nothing that is new, "
        "one might say. Which share of the validation errors disappears?",
        Option(
            "None: there is no new digit among them.",
            "There is new knowledge in them: that a digit remains the same when it moves. No layer of an MLP knows "
            "that.",
        ),
        Answer(
            "A third to a half.",
            "From 1.9 % to 1.2 % errors per network over five splits, from 1.6 % to 0.9 % over the three of the "
            "table below. No other step after the optimiser gives as much.",
        ),
        Option(
            "Nearly all.",
            "Digits differ in more than their place: in slant, width and style. Copies moved by one pixel do not "
            "teach that.",
        ),
    ),
    Prediction(
        "11.f",
        "An ensemble gets 98.9 % of all such digits right. How far from that is its score on a test of "
        "359 digits, typically?",
        Answer(
            "0.6 %.",
            "√(p(1 − p)/n) = √(0.989·0.011/359) = 0.55 %, two digits. Ours reads 355 of 359, and that number is as "
            "uncertain. A recipe that scores one digit more may only be lucky.",
        ),
        Option("0.05 %.", "That would be a fifth of one digit."),
        Option("5 %.", "That would be 18 digits more or fewer."),
    ),
)

RECALL = recall(
    "11",
    (
        "Which inputs let a network without a hidden layer separate two circles?",
        ("The squares of x1 and x2", "x1 and x2 alone", "The product x1·x2 alone"),
        "A circle is a straight border in the squares.",
    ),
    (
        "Deep sigmoid layers with tiny weights and SGD: why do they not learn?",
        (
            "Each layer makes the gradient much smaller",
            "A sigmoid network cannot learn more than a line",
            "The batches are too small for so many layers",
        ),
        "std·√n·¼ per layer: little is left after a few.",
    ),
    (
        "Why can Adam wake such a network?",
        (
            "It divides each gradient by its own size",
            "It draws the first weights again, and larger",
            "It changes the activation",
        ),
        "It hides a bad initialisation, and pays with time.",
    ),
    (
        "You standardise the inputs of a tuned network and change nothing else. What may happen?",
        ("It may become worse", "It becomes better for sure", "Nothing"),
        "Rate and weights were tuned to the old inputs.",
    ),
    (
        "What do copies moved by one pixel teach an MLP?",
        (
            "That a digit stays the same when it moves",
            "Nothing: the pixels remain the same",
            "How other writers write a digit",
        ),
        "No layer of an MLP knows that by itself.",
    ),
    (
        "What is the uncertainty of a share p measured on n images?",
        ("√(p(1 − p)/n)", "√(p(1 − p))/n", "1/n"),
        "It falls with the root of n only.",
    ),
    (
        "A recipe is 0.3 % better on 359 images. Is it better?",
        ("One cannot tell", "Yes", "No"),
        "That is one image, and the spread is that of two.",
    ),
    (
        "In which order does one look for what stops a network from learning?",
        (
            "Data, first loss, a few images by heart, then the rest",
            "The size of the network first, then its learning rate",
            "Regularisation first, then everything else, then the data",
        ),
        "From what is quick to check and breaks all, to what is slow.",
    ),
    (
        "What may be computed from the test digits before the end?",
        ("Nothing", "Their mean and std", "The best number of epochs"),
        "Even their mean would tell about them.",
    ),
    (
        "Which of these makes a hidden layer needless on a given problem?",
        (
            "Inputs in which the classes can be split by a plane",
            "More training data of the same kind, in larger batches",
            "A smaller learning rate",
        ),
        "What a hidden layer learns, good inputs give at once.",
    ),
)
