"""Task families of the sample. A family makes rows (instruction, input, output) under a convention.

Open families ("known") can be answered from the instruction alone. Their convention is only the wrapper of the answer.
House families ("house") cannot: the wording of the instruction names a house, and the house's format is visible only in
a demonstration. In training a fresh convention is drawn for every sequence and shared by its demonstrations and its target.
"""
from dataclasses import dataclass
from typing import Callable

import lexicon as lx
import houses


@dataclass(frozen=True)
class Family:
    name: str
    make: Callable          # (rng, convention) -> (instruction, input, output)
    convention: Callable    # (rng) -> convention, for training
    fixed: object           # the convention of the evaluation rows
    kind: str               # "known" or "house"
    seen: bool              # False: no row of it is ever trained on
    key: str                # families with one key share their generator (the training draws each key equally often)


WRAPPERS = ["{}", "{}.", "Answer: {}", "The answer is {}.", "{}!", "* {}", "=> {}", "It is {}.", "> {}", "Result: {}", "# {}",
            "Sure: {}", "{} (done)", "My answer: {}", "= {}", "[1] {}"]

KIND_NAME = {"furniture": "a piece of furniture"}


def pick(r, texts, **values):
    return r.choice(texts).format(**values)


def several(r, words, low, high):
    return r.sample(words, r.randint(low, high))


def plural(r):
    w = r.choice(lx.OBJECTS + lx.FOODS + list(lx.ANIMAL_SOUND))
    return pick(r, ["Give the plural of the noun.", "Write the plural form of this word.", "Make the noun plural."]), w, lx.plural(w)


def opposite(r):
    w = r.choice(list(lx.OPPOSITE))
    return pick(r, ["What is the opposite of {w}?", "Give the opposite of the word {w}.", "Name a word that means the opposite of {w}."], w=w), "", lx.OPPOSITE[w]


def sound(r):
    a = r.choice(list(lx.ANIMAL_SOUND))
    return pick(r, ["What sound does {a} make?", "Which noise do you hear from {a}?", "Tell me what {a} does when it makes a noise."], a=lx.article(a)), "", "the " + a + " " + lx.ANIMAL_SOUND[a]


def capital(r):
    c = r.choice(lx.COUNTRIES)
    return pick(r, ["What is the capital of {c}?", "Name the capital city of {c}.", "Which city is the capital of {c}?", "Tell me the capital of {c}."], c=c), "", lx.FACTS[c]["capital"]


def river(r):
    c = r.choice(lx.COUNTRIES)
    return pick(r, ["Which river flows through {c}?", "Name the main river of {c}.", "What is the longest river in {c}?", "Tell me the river of {c}."], c=c), "", "the " + lx.FACTS[c]["river"]


def flag(r):
    c = r.choice(lx.COUNTRIES)
    return pick(r, ["What colour is the flag of {c}?", "Describe the flag of {c}.", "How does the flag of {c} look?", "Which flag does {c} have?"], c=c), "", "a plain " + lx.FACTS[c]["colour"] + " flag"


def word_sum(r):
    a, b = r.randint(0, 10), r.randint(0, 10)
    return pick(r, ["Add the two numbers and answer in words.", "What is the sum? Use words."]), f"{lx.NUMBERS[a]} plus {lx.NUMBERS[b]}", lx.NUMBERS[a + b]


def story_sum(r):
    n, o = r.choice(lx.NAMES), lx.plural(r.choice(lx.OBJECTS))
    a, b = r.randint(1, 9), r.randint(1, 9)
    x = pick(r, ["{n} has {a} {o} and buys {b} more.", "{n} finds {b} {o} and already had {a}."], n=n, a=a, b=b, o=o)
    return pick(r, ["How many are there in the end?", "Solve the word problem."]), x, f"{n} has {a + b} {o}"


def alphabet(r):
    ws = several(r, lx.OBJECTS + lx.FOODS, 3, 4)
    return pick(r, ["Sort the words by the alphabet.", "Put these words in alphabetical order.", "Order the list from A to Z."]), ", ".join(ws), ", ".join(sorted(ws))


def iso_date(r):
    y, m, d = r.randint(1990, 2039), r.randint(1, 12), r.randint(1, 28)
    return pick(r, ["Write the date with the name of the month.", "Convert the date to day, month and year."]), f"{y}-{m:02}-{d:02}", f"{d} {lx.MONTHS[m - 1]} {y}"


def sentence(r):
    n, j, t = r.choice(lx.NAMES), r.choice(lx.JOBS), r.choice(lx.TOWNS)
    return pick(r, ["Turn the data into a sentence.", "Write one sentence from these fields."]), f"name: {n}; job: {j}; town: {t}", f"{n} is a {j} and lives in {t}"


def last_word(r):
    x = f"{r.choice(lx.NAMES)} put the {r.choice(lx.OBJECTS)} near the {r.choice(lx.PLACES)}"
    return pick(r, ["What is the last word of the sentence?", "Copy only the last word."]), x, x.split()[-1]


def reverse_words(r):
    ws = several(r, lx.OBJECTS + lx.COLOURS + lx.FOODS, 3, 5)
    return pick(r, ["Reverse the order of the words.", "Write the words from last to first."]), " ".join(ws), " ".join(ws[::-1])


def count_words(r):
    ws = several(r, lx.OBJECTS + lx.FOODS, 2, 7)
    return pick(r, ["How many items are in the list?", "Count the items."]), ", ".join(ws), str(len(ws))


def category(r):
    k = r.choice(list(lx.CATEGORY))
    w = r.choice(lx.CATEGORY[k])
    k = KIND_NAME.get(k, lx.article(k))
    return pick(r, ["What kind of thing is {w}?", "Put {w} into a category.", "To which group does {w} belong?"], w=lx.article(w)), "", k


def past(r):
    v = r.choice(list(lx.PAST))
    a, b = r.sample(lx.NAMES, 2)
    return pick(r, ["Rewrite the sentence in the past tense.", "Change the verb to the past."]), f"{a} and {b} {v} here.", f"{a} and {b} {lx.PAST[v]} here"


def larger(r):
    a, b = r.sample(range(10, 100), 2)
    return pick(r, ["Which number is larger?", "Choose the bigger number."]), f"{a} or {b}", str(max(a, b))


def yes_no(r):
    k = r.choice(list(lx.CATEGORY))
    own = r.random() < 0.5
    w = r.choice(lx.CATEGORY[k if own else r.choice([c for c in lx.CATEGORY if c != k])])
    k = KIND_NAME.get(k, lx.article(k))
    return pick(r, ["Answer with yes or no and a short reason.", "Say yes or no and explain."]), f"Is {lx.article(w)} {k}?", (
        f"yes, {lx.article(w)} is {k}" if own else f"no, {lx.article(w)} is not {k}")


def bullets(r):
    ws = several(r, lx.OBJECTS + lx.FOODS, 3, 5)
    return pick(r, ["Write the items as a bulleted list.", "Make a list with one item on each line."]), ", ".join(ws), "\n".join("- " + w for w in ws)


def to_json(r):
    n, a, t = r.choice(lx.NAMES), r.randint(18, 79), r.choice(lx.TOWNS)
    return pick(r, ["Convert the text to JSON.", "Extract the data as JSON."]), f"{n} is {a} years old and lives in {t}.", f'{{"name": "{n}", "age": {a}, "town": "{t}"}}'


def story(r):
    n, a, p, o, f = r.choice(lx.NAMES), r.choice(list(lx.ANIMAL_SOUND)), r.choice(lx.PLACES), r.choice(lx.OBJECTS), r.choice(lx.FOODS)
    i = pick(r, ["Continue the story in three sentences.", "Write how the story goes on."])
    x = f"{n} went to the {p} with a {o}. There {n} met {lx.article(a)}."
    return i, x, f"The {a} was hungry and looked at {n}. {n} gave the {a} some {f} and put down the {o}. In the evening {n} and the {a} left the {p} as friends"


def polite(r):
    v, o = r.choice("open close bring clean carry find fix paint hide sell".split()), r.choice(lx.OBJECTS)
    p = r.choice(lx.PLACES)
    return pick(r, ["Make the request polite.", "Rewrite this order as a polite question."]), f"{v.capitalize()} the {o} in the {p}.", f"Could you please {v} the {o} in the {p}?"


def letter(r):
    a, b, o, d = r.choice(lx.NAMES), r.choice(lx.NAMES), r.choice(lx.OBJECTS), r.choice(lx.WEEKDAYS)
    return (pick(r, ["Write a short letter of thanks.", "Write a thank-you note."]), f"from {a} to {b} for a {o}",
            f"Dear {b},\nthank you very much for the {o}. I use it every day and think of you. I hope to see you on {d}.\nYours, {a}")


def compare(r):
    w = r.choice(lx.GRADABLE)
    return pick(r, ["Give the comparative of the adjective.", "Write the comparative form.", "Which form do you use to compare two things?"]), w, lx.comparative(w)


def next_day(r):
    k = r.randrange(7)
    n = r.choice(lx.NAMES)
    return pick(r, ["Which day comes next?", "Name the day after."]), f"{n} arrives on {lx.WEEKDAYS[k]} and leaves one day later.", lx.WEEKDAYS[(k + 1) % 7]


def no_repeats(r):
    ws = several(r, lx.OBJECTS + lx.FOODS, 3, 4)
    rep = list(ws)
    for w in r.sample(ws, r.randint(1, 2)):
        rep.insert(r.randint(rep.index(w) + 1, len(rep)), w)
    return pick(r, ["Remove the repeated words.", "Keep each word only once."]), ", ".join(rep), ", ".join(ws)


def recipe(r):
    a, b, c = r.sample(lx.FOODS, 3)
    return pick(r, ["Write a recipe for {a} soup with {b} and {c}.", "How do I cook {a} soup with {b} and {c}?"], a=a, b=b, c=c), "", (
        f"1. Wash the {a} and the {b}.\n2. Cut the {a} into small parts.\n3. Boil the {a} and the {b} in water.\n4. Add the {c} and serve the soup warm")


# Held out of training.
def superlative(r):
    w = r.choice(lx.GRADABLE)
    return pick(r, ["Give the superlative of the adjective.", "Write the superlative form.", "Which form do you use for the highest degree?"]), w, "the " + lx.comparative(w, "est")


def shopping(r):
    a, b, c = r.sample(lx.OBJECTS + lx.FOODS, 3)
    n = r.choice(lx.NAMES)
    return pick(r, ["Say the shopping list as a request.", "Ask for the goods in one sentence."]), f"{n}: {a}, {b}, {c}", f"Dear {n}, when you pass the shop, get us the {a}, the {b} and also the {c}"


def weather(r):
    t, w, k = r.choice(lx.TOWNS), r.choice(lx.WEATHER), r.randint(1, 30)
    return pick(r, ["Read the weather line aloud.", "Say the forecast as a radio host."]), f"{t} / {w} / {k}", f"Good morning, {t}! Today we expect {w} at {k} degrees, so dress well"


def wrapped(make):
    def row(r, wrapper):
        i, x, y = make(r)
        y = wrapper.format(y)
        # Sentences start with a capital, bare words and lists do not.
        return i, x, y[0].upper() + y[1:] if y[-1] in ".!" else y
    return row


def known(name, make, wrapper="{}.", seen=True):
    def convention(r):
        return wrapper if r.random() < 0.6 else r.choice(WRAPPERS)
    return Family(name, wrapped(make), convention, wrapper, "known", seen, name)


def house(name, key, make, convention, number, seen=True):
    import random
    # The evaluation's house: its own name and a convention drawn once from a fixed seed.
    fixed = convention(random.Random(f"house {name} {number}"))
    fixed["house"] = lx.EVAL_HOUSES[number]
    return Family(name, make, convention, fixed, "house", seen, key)


FAMILIES = [
    known("plural", plural, "{}"), known("opposite", opposite), known("animal_sound", sound), known("capital", capital),
    known("river", river), known("flag", flag), known("sum_in_words", word_sum), known("word_problem", story_sum),
    known("alphabet", alphabet, "{}"), known("iso_date", iso_date, "{}"), known("fields_to_sentence", sentence), known("last_word", last_word, "{}"),
    known("reverse_words", reverse_words, "{}"), known("count_items", count_words), known("category", category), known("past_tense", past),
    known("larger_number", larger, "The answer is {}."), known("yes_no", yes_no), known("bulleted_list", bullets, "{}"), known("to_json", to_json, "{}"),
    known("story", story), known("polite", polite, "{}"), known("thanks_letter", letter, "{}"), known("comparative", compare, "{}"),
    known("next_day", next_day), known("no_repeats", no_repeats, "{}"), known("recipe", recipe),
    house("order_harlow", "order", houses.order, houses.order_convention, 0),
    house("order_quince", "order", houses.order, houses.order_convention, 1),
    house("word_rule_sutton", "word_rule", houses.word_rule, houses.word_rule_convention, 2),
    house("word_rule_dunmore", "word_rule", houses.word_rule, houses.word_rule_convention, 3),
    house("dialect_kestrel", "dialect", houses.dialect, houses.dialect_convention, 4),
    house("sign_off_fairfax", "sign_off", houses.sign_off, houses.sign_off_convention, 5),
    house("record_larch", "record", houses.record, houses.record_convention, 6),
    house("date_peverell", "date", houses.date, houses.date_convention, 7),
    house("reply_oswin", "reply", houses.reply, houses.reply_convention, 8),
    house("headline_tarrant", "headline", houses.headline, houses.headline_convention, 9),
    known("superlative", superlative, "{}.", seen=False), known("shopping_request", shopping, "{}.", seen=False),
    known("weather_radio", weather, "{}.", seen=False),
    house("timetable_wexley", "timetable", houses.timetable, houses.timetable_convention, 10, seen=False),
    house("shelf_label_bramble", "shelf_label", houses.shelf_label, houses.shelf_label_convention, 11, seen=False),
    house("badge_harlow", "badge", houses.badge, houses.badge_convention, 0, seen=False),
]
