#!/usr/bin/env python3
"""What the engine's scores say of each planted kind: kinds.py RUN/scores.jsonl > table.md (Python 3, standard library only)."""
import bisect
import json
import pathlib
import sys


def above(planted, clean):
    """Probability that a planted row's value is above a clean row's; ties count half."""
    clean = sorted(clean)
    hits = sum(bisect.bisect_left(clean, v) + 0.5 * (bisect.bisect_right(clean, v) - bisect.bisect_left(clean, v)) for v in planted)
    return hits / (len(planted) * len(clean))


def main():
    scores = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
    samples = pathlib.Path(__file__).resolve().parents[2] / "samples"
    labels = {row["id"]: row for row in map(json.loads, open(samples / "tasks.labels.jsonl", encoding="utf-8"))}
    top = {s["id"] for s in sorted((s for s in scores if s["miwv"] is not None), key=lambda s: -s["miwv"])[: len(scores) // 20]}
    kinds = {}
    for score in scores:
        kinds.setdefault(labels[score["id"]]["kind"], []).append(score)
    clean = [s for s in kinds["clean"] if s["miwv"] is not None]
    print("| kind | rows | zero-shot | one-shot | MIWV | example helps | AUROC of MIWV | AUROC of zero-shot loss | in the top 5 % |")
    print("|---|---|---|---|---|---|---|---|---|")
    for kind, rows in kinds.items():
        ok = [s for s in rows if s["miwv"] is not None]
        if not ok:
            print(f"| {kind} | {len(rows)} | {rows[0]['status']} | | | | | | 0 |")
            continue
        mean = lambda field: sum(s[field] for s in ok) / len(ok)
        auroc = lambda field: "-" if kind == "clean" else f"{above([s[field] for s in ok], [s[field] for s in clean]):.3f}"
        print(f"| {kind} | {len(rows)} | {mean('zero_nll'):.3f} | {mean('one_nll'):.3f} | {mean('miwv'):.3f} | {sum(s['miwv'] < 0 for s in ok) / len(ok):.0%} "
              f"| {auroc('miwv')} | {auroc('zero_nll')} | {sum(s['id'] in top for s in rows)} |")


main()
