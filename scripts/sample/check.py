#!/usr/bin/env python3
"""Compares a GGUF of export.py with libllama: token ids of every text, losses of some rows.

    MIWV_LLAMA_DIR=<folder of libllama> python3 scripts/sample/check.py WORK GGUF
"""
import json
import pathlib
import random
import sys

import torch

import sequences
from libllama import ROOT, Llama
from model import Model, Shape
from train import answer_losses
from vocabulary import Vocabulary


def main():
    work, path = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    torch.set_num_threads(1)
    llama, vocabulary = Llama(path), Vocabulary.load(work / "vocabulary.json")
    rows = json.loads((ROOT / "samples/tasks.json").read_text(encoding="utf-8"))
    texts = ["\n\n", " ", "", "a\n\n\nb", "Ünïcode – 雪 🎈", "<s> </s> <0x0A>", "  two  spaces ", "\u2581", "### Response: x", "=====", "tab\there"]
    for w in rows:
        texts += [sequences.prompt(w["instruction"], w["input"]), w["output"], sequences.embedding_text(w["instruction"], w["input"])]
    wrong = [t for t in texts if t and vocabulary.encode(t) != llama.tokenize(t)]
    print(f"token ids: {len(texts) - len(wrong)} of {len(texts)} texts equal")
    if wrong:
        t = wrong[0]
        raise SystemExit(f"{t!r}\n{vocabulary.encode(t)}\n{llama.tokenize(t)}")
    model = Model(Shape(len(vocabulary.tokens)))
    model.load_state_dict(torch.load(work / "checkpoint.pt")["model"])
    r, cases = random.Random(3), []
    for w in r.sample([w for w in rows if w["output"]], 150):
        d = r.choice(rows)
        n = len(vocabulary.encode(w["output"]))
        for demos in ([], [(d["instruction"], d["input"], d["output"])]):
            cases.append((sequences.tokens(vocabulary, demos, (w["instruction"], w["input"], w["output"]))[0], n))

    def compare(name):
        ours, theirs = answer_losses(model, cases), [llama.answer_loss(*c) for c in cases]
        gaps = sorted(abs(a - b) for a, b in zip(ours, theirs))
        print(f"{name}: mean loss {sum(ours) / len(ours):.4f}, gap to libllama max {gaps[-1]:.2e} mean {sum(gaps) / len(gaps):.2e} nats ({len(cases)} sequences)")
        return gaps
    compare("f32 weights in PyTorch")
    with torch.no_grad():
        for q in model.parameters():
            if q.dim() == 2:
                q.copy_(q.half().float())
    gaps = compare("f16 weights in PyTorch")
    if gaps[-1] > 1e-2 or sum(gaps) / len(gaps) > 1e-3:
        raise SystemExit("the GGUF does not compute what PyTorch computes")


if __name__ == "__main__":
    main()
