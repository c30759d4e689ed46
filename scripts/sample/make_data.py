#!/usr/bin/env python3
"""Writes samples/tasks.json (Alpaca) and samples/tasks.labels.jsonl. Deterministic for --seed.

    python3 scripts/sample/make_data.py            # about two seconds
"""
import argparse
import json
import pathlib
import random
import string

from families import FAMILIES

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLANTED = dict(mismatched=0.03, cut=0.03, noise=0.03, duplicate=0.03, near_duplicate=0.03, empty=0.03)
SEED = 20260


def clean_rows(seed, per_family):
    """Distinct rows (by instruction and input) of every family: fewer where the family has fewer."""
    rows, keys = [], set()
    for family in FAMILIES:
        r = random.Random(f"evaluation {seed} {family.name}")
        found = tries = 0
        # A small family (animals times wordings) keeps at least half of its rows for training.
        space = len({family.make(r, family.fixed)[:2] for _ in range(4000)})
        want = min(per_family, space // 2) if family.seen else min(per_family, space)
        while found < want and tries < 50_000:
            tries += 1
            i, x, y = family.make(r, family.fixed)
            if (i, x) in keys:
                continue
            keys.add((i, x))
            found += 1
            rows.append(dict(instruction=i, input=x, output=y, family=family.name, seen=family.seen, kind="clean" if family.seen else "unseen"))
    return rows, keys


def noise(r, like):
    """Random characters, or the answer's length in scrambled words of other rows."""
    n = max(8, len(like))
    if r.random() < 0.5:
        return "".join(r.choice(string.ascii_letters + string.digits + "#$%&*+-/<=>?@^_~ ") for _ in range(n)).strip() or "#"
    words = []
    while sum(map(len, words)) + len(words) < n:
        words.append("".join(r.sample(string.ascii_lowercase, r.randint(2, 7))))
    return " ".join(words)


def near(r, row):
    i, x = row["instruction"], row["input"]
    how = r.randrange(4)
    if how == 0:
        i = "Please: " + i
    elif how == 1 and x:
        x = x + " "
    elif how == 2:
        i = i.rstrip(".?") + (" now." if i.endswith(".") else " now?")
    else:
        i = i.lower()
    return i, x


def cut(r, answer):
    words = answer.split(" ")
    if len(words) >= 3:
        return " ".join(words[:max(1, int(len(words) * r.uniform(0.3, 0.6)))])
    return answer[:max(1, int(len(answer) * r.uniform(0.3, 0.6)))]


def plant(rows, seed, keys):
    r = random.Random(f"planted {seed}")
    seen = [row for row in rows if row["seen"]]
    total = len(rows)
    counts = {kind: round(share * total) for kind, share in PLANTED.items()}
    targets = r.sample(seen, sum(counts[k] for k in ("mismatched", "cut", "noise", "empty")))
    answers = [(row["family"], row["output"]) for row in rows]
    at = 0
    for kind in ("mismatched", "cut", "noise", "empty"):
        for row in targets[at:at + counts[kind]]:
            row["kind"], original = kind, row["output"]
            if kind == "mismatched":
                # Half from the same family: the form is right, the content is another row's.
                same = r.random() < 0.5
                pool = [y for f, y in answers if (f == row["family"]) == same and y != original]
                row["output"], row["taken_from"] = r.choice(pool), "same_family" if same else "other_family"
            elif kind == "cut":
                row["output"] = cut(r, original)
            elif kind == "noise":
                row["output"] = noise(r, original)
            else:
                row["output"] = ""
        at += counts[kind]
    clean = [row for row in seen if row["kind"] == "clean"]
    sources = r.sample(clean, counts["duplicate"] + counts["near_duplicate"])
    for n, row in enumerate(sources):
        copy = dict(row, of=row, kind="duplicate" if n < counts["duplicate"] else "near_duplicate")
        if copy["kind"] == "near_duplicate":
            copy["instruction"], copy["input"] = near(r, row)
            keys.add((copy["instruction"], copy["input"]))
        rows.append(copy)
    r.shuffle(rows)
    for n, row in enumerate(rows):
        row["id"] = f"t{n + 1:04}"


def evaluation_rows(seed=SEED, per_family=42):
    rows, keys = clean_rows(seed, per_family)
    plant(rows, seed, keys)
    return rows, keys


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--seed", type=int, default=SEED)
    p.add_argument("--per-family", type=int, default=42)
    p.add_argument("--out", type=pathlib.Path, default=ROOT / "samples")
    a = p.parse_args()
    rows, _ = evaluation_rows(a.seed, a.per_family)
    public = [dict(id=w["id"], instruction=w["instruction"], input=w["input"], output=w["output"], source="miwv sample world") for w in rows]
    with open(a.out / "tasks.json", "w", encoding="utf-8", newline="\n") as f:
        f.write("[\n" + ",\n".join(json.dumps(w, ensure_ascii=False) for w in public) + "\n]\n")
    with open(a.out / "tasks.labels.jsonl", "w", encoding="utf-8", newline="\n") as f:
        for w in rows:
            label = dict(id=w["id"], family=w["family"], kind=w["kind"], seen=w["seen"])
            if "of" in w:
                label["of"] = w["of"]["id"]
            if "taken_from" in w:
                label["taken_from"] = w["taken_from"]
            f.write(json.dumps(label) + "\n")
    kinds = {}
    for w in rows:
        kinds[w["kind"]] = kinds.get(w["kind"], 0) + 1
    print(len(rows), "rows,", len({w["family"] for w in rows}), "families,", kinds)


if __name__ == "__main__":
    main()
