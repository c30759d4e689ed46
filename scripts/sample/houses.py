"""House families: the format of the answer belongs to a house and is not in the instruction.

Every maker takes (rng, c) with c the convention: c["house"] is the name in the instruction, the rest the house's format.
"""
import lexicon as lx

MARKS = ["|", "/", "-", "=", "+", ":", ";", "~", "*", "#", "<", ">", "&", "!"]
HEADS = "ORDER NOTE ITEM SALE LIST FORM PAPER CARD POST MEMO STOCK ENTRY".split()
TAILS = ["end", "ok", "done", "paid", "sent", "over", "checked", "filed", "closed", "noted"]


def base(r):
    return {"house": r.choice(lx.HOUSES)}


def mark(r):
    m = r.choice(MARKS)
    return f" {m * r.randint(1, 3)} " if r.random() < 0.8 else f" {r.choice(MARKS)}{m} "


def frame(r):
    """Text before and after the fields, possibly none."""
    head = r.choice(["", f"{r.choice(HEADS)}:", f"{r.choice(HEADS)} {r.randint(1, 9)}:", r.choice(MARKS) * r.randint(1, 3), f"{r.choice(lx.SYLLABLES)}:"])
    tail = r.choice(["", "", r.choice(TAILS), r.choice(MARKS) * r.randint(1, 3), f"({r.choice(TAILS)})"])
    return (head + " " if head else ""), (" " + tail if tail else "")


def framed(c, fields):
    return c["head"] + c["mark"].join(fields[k] for k in c["order"]) + c["tail"]


def fields_convention(r, n, least=2):
    c = base(r)
    c["head"], c["tail"] = frame(r)
    c["mark"] = mark(r)
    c["order"] = r.sample(range(n), r.randint(least, n))
    return c


def order_convention(r):
    return fields_convention(r, 3)


def order(r, c):
    item, count, buyer = r.choice(lx.OBJECTS + lx.FOODS), r.randint(1, 99), r.choice(lx.NAMES)
    i = r.choice(["Write the order in the {h} format.", "Put this order into the format of {h}."]).format(h=c["house"])
    return i, f"item: {item}; count: {count}; buyer: {buyer}", framed(c, [item, str(count), buyer])


def word_rule_convention(r):
    c = fields_convention(r, 3)
    if r.random() < 0.3:
        c["order"] = c["order"] + [r.choice(c["order"])]
    return c


def word_rule(r, c):
    ws = r.sample(lx.OBJECTS + lx.FOODS + lx.COLOURS + list(lx.ANIMAL_SOUND), 3)
    i = r.choice(["Apply the {h} rule to the words.", "Use the {h} rule on these three words."]).format(h=c["house"])
    return i, " ".join(ws), framed(c, ws)


def dialect_convention(r):
    c = base(r)
    c["end"] = r.choice(lx.SYLLABLES)
    c["start"] = r.choice(["", "", r.choice(lx.SYLLABLES) + " ", r.choice(MARKS) + " "])
    c["stop"] = r.choice([".", "!", "", " " + r.choice(lx.SYLLABLES), "..."])
    return c


def dialect(r, c):
    ws = r.sample(lx.COLOURS + lx.GRADABLE, 1) + r.sample(lx.OBJECTS + list(lx.ANIMAL_SOUND), 1) + r.sample(list(lx.PAST.values()), 1)
    i = r.choice(["Say it in the {h} dialect.", "Translate the words into the {h} dialect."]).format(h=c["house"])
    return i, " ".join(ws), c["start"] + " ".join(w + c["end"] for w in ws) + c["stop"]


def sign_off_convention(r):
    c = base(r)
    c["close"] = r.choice(["Yours", "Best wishes", "Kind regards", "See you soon", "With thanks", "Until then", "Stay well", "Take care"])
    c["desk"] = f"the {r.choice(lx.COLOURS)} {r.choice(['desk', 'office', 'team', 'room', 'door', 'house'])} in {r.choice(lx.TOWNS)}"
    c["join"] = r.choice([", ", "\n", " -- ", ": "])
    return c


def sign_off(r, c):
    n, o, d = r.choice(lx.NAMES), r.choice(lx.OBJECTS), r.choice(lx.WEEKDAYS)
    i = r.choice(["Write the message and sign it as {h} does.", "Answer with the message and the {h} signature."]).format(h=c["house"])
    m = f"{n}, the {o} is ready on {d}."
    return i, f"to {n}: {o} ready on {d}", f"{m}\n{c['close']}{c['join']}{c['desk']}"


KEYS = ["Who What Where".split(), "Name Work Town".split(), "Person Job Place".split(), "A B C".split(), "One Two Three".split(),
        "First Second Third".split(), "Man Trade City".split(), "Head Body Foot".split()]


def record_convention(r):
    c = base(r)
    c["keys"], c["mark"], c["order"] = r.choice(KEYS), mark(r), r.sample(range(3), r.randint(2, 3))
    c["last"] = r.choice(["", "", "\n" + r.choice(TAILS), "\n" + r.choice(MARKS) * 3])
    return c


def record(r, c):
    f = [r.choice(lx.NAMES), r.choice(lx.JOBS), r.choice(lx.TOWNS)]
    i = r.choice(["Fill in the {h} record.", "Write the record as {h} wants it."]).format(h=c["house"])
    return i, f"{f[0]} is a {f[1]} from {f[2]}.", "\n".join(c["keys"][k] + c["mark"] + f[k] for k in c["order"]) + c["last"]


def date_convention(r):
    c = base(r)
    c["order"], c["mark"], c["month"] = r.sample("ymd", 3), r.choice([".", "/", "-", ":", " of ", ", ", " - ", " | "]), r.choice(["name", "short", "number"])
    c["year"], c["head"] = r.choice(["full", "short"]), r.choice(["", "", "on ", "Date: ", "day ", "written "])
    return c


def date(r, c):
    y, m, d = r.randint(1990, 2039), r.randint(1, 12), r.randint(1, 28)
    f = {"y": str(y) if c["year"] == "full" else f"{y % 100:02}", "d": str(d),
         "m": {"name": lx.MONTHS[m - 1], "short": lx.MONTHS[m - 1][:3], "number": str(m)}[c["month"]]}
    i = r.choice(["Write the date the way {h} does.", "Give the date in the {h} style."]).format(h=c["house"])
    return i, f"{y}-{m:02}-{d:02}", c["head"] + c["mark"].join(f[k] for k in c["order"])


def reply_convention(r):
    c = base(r)
    c["hello"] = r.choice(["Dear {n}", "Hello {n}", "Good day, {n}", "Thank you, {n}", "Welcome, {n}", "We are sorry, {n}"])
    c["act"] = r.choice(["we will send", "we have found", "you can fetch", "please keep", "we will repair", "nobody has seen", "we paid for", "a clerk will bring"])
    c["team"] = f"the {r.choice(lx.COLOURS)} {r.choice(['desk', 'office', 'team', 'shop'])}"
    c["day"] = r.choice(lx.WEEKDAYS)
    c["bye"] = r.choice(["Goodbye.", "Have a nice day!", "Please wait.", "Call us again.", "Bring this note.", "That is all."])
    return c


def reply(r, c):
    n, o = r.choice(lx.NAMES), r.choice(lx.OBJECTS)
    i = r.choice(["Write the standard {h} reply to the customer.", "Answer this customer as {h} always does."]).format(h=c["house"])
    x = r.choice(["{n} asks about the {o}.", "{n} writes that the {o} is missing."]).format(n=n, o=o)
    return i, x, f"{c['hello'].format(n=n)}: {c['act']} the {o} at {c['team']} on {c['day']}. {c['bye']}"


def headline_convention(r):
    c = base(r)
    c["head"], c["tail"] = frame(r)
    c["verb"] = r.choice(["seen in", "lost near", "found at", "makes news in", "wins in", "returns to", "stays in", "shocks"])
    c["lead"] = r.choice(["", "Old ", "Great ", "Local ", "New ", "Poor "])
    c["swap"] = r.random() < 0.3
    return c


def headline(r, c):
    a, t = r.choice(list(lx.ANIMAL_SOUND)), r.choice(lx.TOWNS)
    i = r.choice(["Write a headline for the {h} paper.", "Make a headline in the style of the {h} paper."]).format(h=c["house"])
    y = f"{t}: {c['lead']}{a} {c['verb']} town" if c["swap"] else f"{c['lead']}{a} {c['verb']} {t}"
    return i, f"{lx.article(a)} was in {t} on {r.choice(lx.WEEKDAYS)}", c["head"] + y + c["tail"]


# Held out of training: other fields, other wording, the same need for a demonstration.
def timetable_convention(r):
    return fields_convention(r, 4, 3)


def timetable(r, c):
    a, b = r.sample(lx.TOWNS, 2)
    k, t = r.randint(1, 20), f"{r.randint(5, 22)}:{r.randint(0, 59):02}"
    i = r.choice(["Print the train for the {h} timetable.", "Make a line of the {h} timetable."]).format(h=c["house"])
    return i, f"train {k} leaves {a} at {t} and goes to {b}", framed(c, [str(k), a, t, b])


def shelf_label_convention(r):
    c = fields_convention(r, 3, 3)
    c["word"] = r.choice("row gate bay wall side hall".split())
    return c


def shelf_label(r, c):
    o, k, s = r.choice(lx.OBJECTS), r.randint(1, 30), r.choice("ABCDEFGH")
    i = r.choice(["Print a shelf label for the {h} store.", "Which label does this get in the {h} store?"]).format(h=c["house"])
    return i, f"{lx.plural(o)}, shelf {s}, place {k}", framed(c, [o, f"{c['word']} {s}", str(k)])


def badge_convention(r):
    c = base(r)
    c["order"] = r.choice(["{h}: my name is {n}, ask me as your {j}", "{n} at your service, {j} of the {h} fair"])
    return c


def badge(r, c):
    n, j = r.choice(lx.NAMES), r.choice(lx.JOBS)
    i = r.choice(["Write the text of a {h} badge.", "What stands on this guest's {h} badge?"]).format(h=c["house"])
    return i, f"guest: {n}; trade: {j}", c["order"].format(h=c["house"], n=n, j=j)
