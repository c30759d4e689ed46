#!/usr/bin/env python3
"""What MIWV does with the sample, computed in PyTorch from the GGUF: neighbours, losses, planted kinds, families.

    python3 scripts/sample/evaluate.py [GGUF] > tables.md

Independent of the engine (other language, other forward pass), so it is also a check of it.
"""
import json
import pathlib
import sys

import numpy as np
import torch

import gguf
import sequences
from families import FAMILIES
from make_data import ROOT, evaluation_rows
from train import answer_losses, pad
from vocabulary import BOS


@torch.no_grad()
def embeddings(model, vocabulary, rows):
    """Mean final-norm hidden state over BOS T(instruction \\n input), L2-normalised [rows, width]."""
    ids = [[BOS] + vocabulary.encode(sequences.embedding_text(w["instruction"], w["input"])) for w in rows]
    out = np.zeros((len(rows), model.s.width))
    order = sorted(range(len(ids)), key=lambda k: len(ids[k]))
    for at in range(0, len(order), 32):
        part = order[at:at + 32]
        batch, _ = pad([(ids[k], [0.0]) for k in part])
        h = model.hidden(batch).double().numpy()
        for row, k in enumerate(part):
            out[k] = h[row, :len(ids[k])].mean(0)
    return out / np.linalg.norm(out, axis=1, keepdims=True)


def neighbours(vectors, rows):
    cosine = vectors @ vectors.T
    texts = {}
    for k, w in enumerate(rows):
        texts.setdefault((w["instruction"], w["input"], w["output"]), []).append(k)
        if not w["output"]:
            cosine[:, k] = -2
    for same in texts.values():
        cosine[np.ix_(same, same)] = -2
    return cosine.argmax(1), cosine.max(1)


def auroc(positive, negative):
    """Probability that a positive's value is above a negative's, ties half."""
    p, n = np.asarray(positive), np.sort(np.asarray(negative))
    return float((np.searchsorted(n, p, "left") + np.searchsorted(n, p, "right")).mean() / 2 / len(n))


def table(head, lines):
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for line in lines:
        print("| " + " | ".join(f"{v:.3f}" if isinstance(v, float) else str(v) for v in line) + " |")
    print()


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "samples/tasks-llama.gguf"
    torch.set_num_threads(1)
    model, vocabulary = gguf.read(path)
    rows = json.loads((ROOT / "samples/tasks.json").read_text(encoding="utf-8"))
    labels = [json.loads(line) for line in open(ROOT / "samples/tasks.labels.jsonl", encoding="utf-8")]
    made, _ = evaluation_rows()
    assert [(w["instruction"], w["input"], w["output"]) for w in made] == [(w["instruction"], w["input"], w["output"]) for w in rows]
    kind, family = np.array([l["kind"] for l in labels]), np.array([l["family"] for l in labels])
    demo, _ = neighbours(embeddings(model, vocabulary, rows), rows)
    same = family[demo] == family
    fields = [(w["instruction"], w["input"], w["output"]) for w in rows]
    n = [len(vocabulary.encode(w["output"])) for w in rows]
    scored = [k for k in range(len(rows)) if n[k]]
    zero, one = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    zero[scored] = answer_losses(model, [(sequences.tokens(vocabulary, [], fields[k])[0], n[k]) for k in scored])
    one[scored] = answer_losses(model, [(sequences.tokens(vocabulary, [fields[demo[k]]], fields[k])[0], n[k]) for k in scored])
    miwv = one - zero
    longest = max(len(sequences.tokens(vocabulary, [fields[demo[k]]], fields[k])[0]) for k in scored)
    print(f"{len(rows)} rows, {len(scored)} with an answer, longest one-shot sequence {longest} tokens. "
          f"The nearest neighbour (the model's own mean hidden state) is of the row's family for {same.mean():.1%} of the rows.\n")

    taken = np.array([l.get("taken_from", "") for l in labels])
    groups = [(k, kind == k) for k in ("clean", "unseen", "mismatched", "cut", "noise", "duplicate", "near_duplicate", "empty")]
    groups[3:3] = [("mismatched, answer of the same family", taken == "same_family"), ("mismatched, answer of another family", taken == "other_family")]
    ranked = sorted(scored, key=lambda k: (-miwv[k], k))
    top = np.zeros(len(rows), bool)
    top[ranked[:int(0.05 * len(rows))]] = True
    clean = kind == "clean"
    lines = []
    for name, g in groups:
        if name == "empty":
            lines.append([name, int(g.sum())] + ["no score"] * 7)
            continue
        lines.append([name, int(g.sum()), float(zero[g].mean()), float(one[g].mean()), float(miwv[g].mean()), f"{(miwv[g] < 0).mean():.0%}",
                      *(["-", "-"] if name == "clean" else [auroc(miwv[g], miwv[clean]), auroc(zero[g], zero[clean])]), int(top[g].sum())])
    table(["kind", "rows", "zero-shot loss", "one-shot loss", "MIWV", "example helps", "AUROC of MIWV", "AUROC of zero-shot loss", "in the top 5 %"], lines)

    info = {f.name: f for f in FAMILIES}
    ok = np.isin(kind, ["clean", "unseen"])
    sections = [("known", True), ("house", True), ("known", False), ("house", False)]
    lines = []
    for k, seen in sections:
        g = ok & np.array([info[f].kind == k and info[f].seen == seen for f in family])
        lines.append([k, "yes" if seen else "no", int(g.sum()), float(zero[g].mean()), float(one[g].mean()), float(miwv[g].mean()), f"{same[g].mean():.0%}"])
    table(["families", "trained on", "clean rows", "zero-shot", "one-shot", "MIWV", "neighbour of the family"], lines)
    lines = []
    for f in FAMILIES:
        g = ok & (family == f.name)
        lines.append([f.name, f.kind, "yes" if f.seen else "no", int(g.sum()), float(zero[g].mean()), float(one[g].mean()), float(miwv[g].mean()), f"{same[g].mean():.0%}"])
    lines.sort(key=lambda l: -l[6])
    table(["family", "kind", "trained on", "clean rows", "zero-shot", "one-shot", "MIWV", "neighbour of the family"], lines)

    at = {l["id"]: k for k, l in enumerate(labels)}
    source = [at[l["of"]] == demo[k] for k, l in enumerate(labels) if l["kind"] == "near_duplicate"]
    print(f"The neighbour of a near duplicate is the row it was copied from in {sum(source)} of {len(source)} cases.")


if __name__ == "__main__":
    main()
