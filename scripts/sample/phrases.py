"""The training family "phrase": any instruction, any fields, any fixed words around them.

Its convention is a sentence of random words with slots, so only copying from the demonstration can predict the answer. This is what lets
the model follow formats that it was never trained on. No evaluation family is made here.
"""
import string

import lexicon as lx

FIELDS = [lx.NAMES, lx.OBJECTS, lx.FOODS, lx.JOBS, lx.TOWNS, lx.COLOURS, lx.WEEKDAYS, lx.GRADABLE, list(lx.ANIMAL_SOUND), lx.WEATHER, lx.PLACES, lx.COUNTRIES, None, None, "letter"]
MARKS = [", ", "; ", " / ", " | ", " - ", " and ", " at ", " in ", " ", ": "]
GLUE = [", ", ". ", ": ", "! ", " - ", " / ", " | ", "; ", "\n", " ", " ", " ", " ", " = ", " + ", " (", ") "]


def words(r, low, high):
    return [r.choice(lx.COMMON) if r.random() < 0.7 else r.choice(r.choice([f for f in FIELDS if isinstance(f, list)])) for _ in range(r.randint(low, high))]


def convention(r):
    n = r.randint(1, 4)
    c = dict(fields=[r.choice(FIELDS) for _ in range(n)])
    c["keys"] = [" ".join(words(r, 1, 2)) + r.choice([": ", " ", " is ", "="]) if r.random() < 0.4 else "" for _ in range(n)]
    c["mark"] = r.choice(MARKS)
    c["lead"] = " ".join(words(r, 1, 3)) + " " if r.random() < 0.3 else ""
    ask = " ".join(words(r, 2, 7))
    other = " ".join(words(r, 2, 7))
    house = r.choice(lx.HOUSES) if r.random() < 0.4 else ""
    c["asks"] = [a[0].upper() + a[1:] + (" " + house if house else "") + r.choice([".", "?", "."]) for a in (ask, other)]
    parts = []
    for slot in r.sample(range(n), r.randint(1, n)):
        fixed = " ".join(words(r, 0, 6))
        parts.append((fixed + (r.choice(GLUE) if r.random() < 0.5 else " ") if fixed else "") + "{" + str(slot) + "}")
    end = " ".join(words(r, 0, 5))
    c["form"] = r.choice([" ", " ", ", ", r.choice(GLUE)]).join(parts) + (r.choice(GLUE) + end if end else "") + r.choice(["", ".", "!", "?"])
    if r.random() < 0.5:
        c["form"] = c["form"][0].upper() + c["form"][1:]
    return c


def value(r, field):
    if field is None:
        return str(r.randint(1, 99)) if r.random() < 0.8 else f"{r.randint(1, 23)}:{r.randint(10, 59)}"
    return r.choice(string.ascii_uppercase) if field == "letter" else r.choice(field)


def make(r, c):
    v = [value(r, f) for f in c["fields"]]
    return r.choice(c["asks"]), c["lead"] + c["mark"].join(k + w for k, w in zip(c["keys"], v)), c["form"].format(*v)
