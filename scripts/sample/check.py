#!/usr/bin/env python3
"""Compares PyTorch and this folder's tokenizer with libllama on the sample model: token ids of every text, losses of some rows.

    MIWV_LLAMA_DIR=<folder of libllama> python3 scripts/sample/check.py [GGUF]
"""
import json
import pathlib
import random
import sys

import torch

import gguf
import sequences
from libllama import ROOT, Llama
from train import answer_losses


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "samples/tasks-llama.gguf"
    torch.set_num_threads(1)
    llama = Llama(path)
    model, vocabulary = gguf.read(path)
    rows = json.loads((ROOT / "samples/tasks.json").read_text(encoding="utf-8"))
    texts = ["\n\n", " ", "", "a\n\n\nb", "Ünïcode – 雪 🎈", "<s> </s> <0x0A>", "  two  spaces ", "\u2581", "### Response: x", "=====", "tab\there"]
    for w in rows:
        texts += [sequences.prompt(w["instruction"], w["input"]), w["output"], sequences.embedding_text(w["instruction"], w["input"])]
    wrong = [t for t in texts if t and vocabulary.encode(t) != llama.tokenize(t)]
    print(f"token ids: {len(texts) - len(wrong)} of {len(texts)} texts equal")
    if wrong:
        t = wrong[0]
        raise SystemExit(f"{t!r}\n{vocabulary.encode(t)}\n{llama.tokenize(t)}")
    r, cases = random.Random(3), []
    for w in r.sample([w for w in rows if w["output"]], 150):
        d = r.choice(rows)
        n = len(vocabulary.encode(w["output"]))
        for demos in ([], [(d["instruction"], d["input"], d["output"])]):
            cases.append((sequences.tokens(vocabulary, demos, (w["instruction"], w["input"], w["output"]))[0], n))

    ours, theirs = answer_losses(model, cases), [llama.answer_loss(*c) for c in cases]
    gaps = sorted(abs(a - b) for a, b in zip(ours, theirs))
    print(f"mean loss {sum(ours) / len(ours):.4f}, gap to libllama max {gaps[-1]:.2e} mean {sum(gaps) / len(gaps):.2e} nats ({len(cases)} sequences)")
    if gaps[-1] > 1e-4:
        raise SystemExit("the GGUF does not compute what PyTorch computes")


if __name__ == "__main__":
    main()
