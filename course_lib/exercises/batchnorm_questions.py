"""Chapter 06, batch normalisation: the questions asked before each experiment."""

from course_lib.exercises.prediction import Answer, Option, Prediction, recall

QUESTIONS = (
    Prediction(
        "6.a",
        "A batch of 1000 numbers has two bumps and nothing between them. Batch normalisation gives it "
        "mean 0 and variance 1. What does it look like now?",
        Option(
            "Like a bell: a standard normal distribution.",
            "Mean 0 and variance 1 do not make a bell. x̂ = (x − μ)/σ only shifts and stretches the axis.",
        ),
        Answer(
            "Two bumps and nothing between them.",
            "Shifting and stretching changes no shape. Skewness and kurtosis stay as they were.",
        ),
        Option(
            "One broad bump: the gap is averaged away.",
            "Every number keeps its place among the others. Nothing is averaged but μ and σ.",
        ),
    ),
    Prediction(
        "6.b",
        "With which γ and β does batch normalisation give back exactly the batch it received?",
        Option("γ = 1 and β = 0.", "That leaves x̂ as it is: mean 0 and variance 1, whatever x was."),
        Option(
            "γ = σ² and β = μ.",
            "γ multiplies x̂, which was divided by a standard deviation. It must be a standard deviation too.",
        ),
        Answer(
            "γ = √(σ² + ε) and β = μ.",
            "They undo the division and the subtraction, ε included. A layer with batch normalisation can, "
            "at test time, represent all it could without.",
        ),
    ),
    Prediction(
        "6.c",
        "Ten tanh layers with weights of std 0.01 lose the signal: 3e-7 is left in layer 10. Now each "
        "sum is batch-normalised before tanh. What is the std of the activations in layer 10?",
        Option(
            "Still far below 0.01, but larger than before.",
            "Normalising undoes the whole factor of every layer, not a part of it.",
        ),
        Option("1.", "The input of tanh has std 1. tanh squashes it."),
        Answer(
            "0.628, as in layer 1.",
            "Every tanh sees numbers of mean 0 and variance 1. √E[tanh(z)²] = 0.628 for normal z, in each layer, "
            "at any std of the weights at which ε is not felt.",
        ),
    ),
    Prediction(
        "6.d",
        "You multiply all weights of a layer in front of batch normalisation by 10. What happens to its "
        "output, and to the gradient of these weights?",
        Answer(
            "The output stays, the gradient becomes a tenth.",
            "μ and σ become 10 times as large as well, so x̂ stays. The same output from weights ten times as "
            "large means that each of them counts for a tenth.",
        ),
        Option(
            "Both stay: batch normalisation forgets the scale.",
            "The output does. But the slope is measured per unit of weight, and a unit is now a tenth of what it "
            "was, relative to the weights.",
        ),
        Option(
            "The output stays, the gradient grows tenfold.",
            "It is the other way round: large weights get small gradients, small weights large ones.",
        ),
    ),
    Prediction(
        "6.e",
        "A dense layer with a bias b stands in front of batch normalisation. What is the gradient of b?",
        Option("Smaller than without, but not 0.", "Nothing is left of it but rounding."),
        Answer(
            "Exactly 0, but for rounding.",
            "b shifts every number of the batch and the mean by the same amount, and the mean is subtracted. "
            "β does its work instead.",
        ),
        Option("The same as without.", "Without, b moves the output. With batch normalisation it is subtracted again."),
    ),
    Prediction(
        "6.f",
        "You check your backward pass of batch normalisation against measured slopes in x, with a "
        "batch of one example. Both say 0 everywhere. What does that prove?",
        Answer(
            "Hardly anything.",
            "x̂ = 0 whatever x is. Only a pass that forgets to subtract the mean would show. Use at least 4 examples.",
        ),
        Option(
            "That the backward pass is right.",
            "One example equals its own mean: all slopes in x are 0, and a pass that takes σ for a constant says 0 "
            "too.",
        ),
        Option("That the layer is badly scaled.", "The scale has nothing to do with it. A batch of one has no spread."),
    ),
    Prediction(
        "6.g",
        "Training is over, and the 359 test images are classified in batches of 32. You forget to switch "
        "batch normalisation to its test mode, and the images are sorted by class. How many are right?",
        Option(
            "About as many as in test mode: over 95 %.",
            "In a shuffled batch the statistics resemble those of training. In a batch of one class they do not.",
        ),
        Option("About 80 %.", "Worse. What all images of the batch share, their class, is subtracted from each."),
        Answer(
            "About 20 %.", "The mean of a batch of one class carries the class, and batch normalisation subtracts it."
        ),
    ),
    Prediction(
        "6.h",
        "Saito trains 16 pairs of networks, one with and one without batch normalisation, that differ in "
        "the std of their first weights. How often is the one without ahead after 20 epochs?",
        Option(
            "Never.",
            "The book says “in almost all cases”, and two of its panels are the exceptions: at std 0.29 its run "
            "has 0.979 without and 0.630 with.",
        ),
        Answer(
            "At a few of the larger scales.",
            "At 0.29 and 0.16, where the plain network is well scaled. Large weights in front of batch "
            "normalisation learn slowly, because their gradient is small.",
        ),
        Option("In about half of the cases.", "At most scales the network without does not learn at all."),
    ),
    Prediction(
        "6.i",
        "Ten freshly drawn ReLU layers, each batch-normalised. What happens to the gradient on its way down?",
        Option(
            "It keeps its size: that is the point of normalising.",
            "The activations keep theirs. The factor on the gradient is √(π/(π − 1)), which is above 1.",
        ),
        Answer(
            "It grows by about a fifth per layer.",
            "The factor is √(π/(π − 1)) = 1.211 per layer: 5.6 over nine of them, 2e8 over a hundred. (The first "
            "layer, whose input is no ReLU, gives 0.71.)",
        ),
        Option(
            "It shrinks: ReLU passes only half of it.",
            "ReLU does. But the batch's standard deviation after ReLU is small as well, and the gradient is "
            "divided by it.",
        ),
    ),
    Prediction(
        "6.j",
        "Layer normalisation has mean and variance, too. Over what are they taken?",
        Answer(
            "All units of one example.",
            "So it needs no batch, works with a single example and is the same in training and test.",
        ),
        Option("All examples of a batch, one unit at a time.", "That is batch normalisation."),
        Option("All layers of the network.", "The name means all units of *one* layer, example by example."),
    ),
)

RECALL = recall(
    "6",
    (
        "What does batch normalisation do to the shape of a distribution?",
        ("Nothing", "It makes it normal", "It makes it symmetric"),
        "It shifts and stretches.",
    ),
    (
        "What are γ and β for?",
        (
            "The layer can still represent what it could before",
            "They keep the mean at 0 and the variance at 1 in training",
            "They replace the weights",
        ),
        "With γ = √(σ² + ε) and β = μ it gives back the batch it received.",
    ),
    (
        "Over what does batch normalisation take mean and variance?",
        ("The examples of a batch, unit by unit", "The units of one example", "All layers"),
        "So an example's output depends on its neighbours in training.",
    ),
    (
        "Over what does layer normalisation take them?",
        ("The units of one example", "The examples of a batch", "All training data"),
        "So it needs no batch and is the same in training and test.",
    ),
    (
        "What does batch normalisation use at test time?",
        ("Running averages from training", "The statistics of the test batch", "Mean 0 and variance 1"),
        "So the answer to one image does not depend on the others.",
    ),
    (
        "What is the gradient of a bias in front of batch normalisation?",
        ("0", "That of β", "Half of that of β"),
        "The mean is subtracted. β does its work.",
    ),
    (
        "You multiply the weights in front of batch normalisation by 10. What happens to their gradient?",
        ("It becomes a tenth", "It grows tenfold", "It stays"),
        "The output stays the same.",
    ),
    (
        "Why is a batch of one useless for checking its backward pass?",
        ("x̂ is 0 whatever x is", "It is too slow", "The variance is infinite"),
        "All slopes in x are 0, and a backward pass that takes σ for a constant says 0 too.",
    ),
    (
        "A test batch of one class in training mode: why does it fail?",
        (
            "The batch's mean carries the class and is subtracted",
            "The variance is too large",
            "The running averages belong to all classes, not to this one",
        ),
        "Shuffled batches hide this mistake.",
    ),
    (
        "Deep, with ReLU and batch normalisation, at the start: what does the gradient do on its way down?",
        ("It grows", "It shrinks", "It keeps its size"),
        "By √(π/(π − 1)) per layer: the division by a small std outweighs what ReLU takes.",
    ),
)
