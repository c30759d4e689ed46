#!/usr/bin/env python3
"""Trains the sample model and writes samples/tasks-llama.gguf.

    python3 scripts/sample/train.py --work /tmp/miwv-sample
    python3 scripts/sample/train.py --work /tmp/miwv-sample --resume --steps 7000 --decay 0.75

The second command goes on from the checkpoint with a fresh linear decay; the committed model had both.
One thread, PyTorch 1.13 (Debian python3-torch), numpy. A file named "stop" in --work ends the run at the next report and exports.
A file named "decay" starts the final decay of the learning rate at once (over --decay of the steps planned).
"""
import argparse
import math
import pathlib
import random
import time

import numpy as np
import torch
import torch.nn.functional as F

import gguf
import make_data
from families import FAMILIES
from model import Model, Shape
from sequences import Source, tokens
from vocabulary import BOS, FIRST_PIECE, train as train_vocabulary

ROOT = pathlib.Path(__file__).resolve().parents[2]


def build_vocabulary(seed, excluded, size):
    source, texts = Source(seed, excluded), []
    for _ in range(12_000):
        demonstrations, row, _, _ = source.group()
        for fields in demonstrations + [row]:
            texts.extend(t for t in fields if t)
    return train_vocabulary(texts, size)


def echoes(step):
    """Share of echo sequences: most of the first steps, which is when copying is learned, and a few later."""
    return 0.7 if step < 400 else max(0.06, 0.7 * (1 - (step - 400) / 400))


def batches(source, vocabulary, budget, pool, context, now):
    """Batches of sequences of like length, about `budget` tokens each (padding included); `now()` is the step."""
    while True:
        share = echoes(now())
        sequences = sorted((source.sequence(vocabulary, share) for _ in range(pool)), key=lambda s: len(s[0]))
        sequences = [s for s in sequences if len(s[0]) <= context]
        made, at = [], 0
        while at < len(sequences):
            n = 1
            while at + n < len(sequences) and (n + 1) * len(sequences[at + n][0]) <= budget:
                n += 1
            made.append(sequences[at:at + n])
            at += n
        source.r.shuffle(made)
        yield from made


def pad(batch):
    length = max(len(ids) for ids, _ in batch)
    ids, weights = np.zeros((len(batch), length), np.int64), np.zeros((len(batch), length), np.float32)
    for n, (i, w) in enumerate(batch):
        ids[n, :len(i)], weights[n, :len(w)] = i, w
    return torch.from_numpy(ids), torch.from_numpy(weights)


def loss_of(model, ids, weights):
    """Weighted mean of the negative log-likelihood (nats) of tokens 1.. given those before."""
    logits = model.logits(model.hidden(ids[:, :-1]))
    nll = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
    w = weights[:, 1:].flatten()
    return (nll * w).sum() / w.sum()


def probe_set(rows, vocabulary, per_group=64):
    """Zero-shot and one-shot sequences of clean evaluation rows, with a random other clean row of the family in front."""
    r, groups = random.Random(5), {}
    kinds = {f.name: ("unseen" if not f.seen else f.kind) for f in FAMILIES}
    clean = [w for w in rows if w["kind"] in ("clean", "unseen")]
    family = {}
    for w in clean:
        family.setdefault(w["family"], []).append(w)
    for w in r.sample(clean, len(clean)):
        g = groups.setdefault(kinds[w["family"]], [])
        if len(g) < per_group:
            d = r.choice([v for v in family[w["family"]] if v is not w])
            row, demo = ((v["instruction"], v["input"], v["output"]) for v in (w, d))
            n = len(vocabulary.encode(w["output"]))
            g.append((tokens(vocabulary, [], row)[0], tokens(vocabulary, [demo], row)[0], n))
    groups["echo"] = []
    for _ in range(48):
        part = [r.randrange(FIRST_PIECE, len(vocabulary.tokens)) for _ in range(16)]
        groups["echo"].append(([BOS] + part + part, 15))
    return groups


@torch.no_grad()
def answer_losses(model, sequences):
    """Mean NLL (nats) of the last n ids of each (ids, n)."""
    out = [0.0] * len(sequences)
    order = sorted(range(len(sequences)), key=lambda k: len(sequences[k][0]))
    for at in range(0, len(order), 24):
        part = order[at:at + 24]
        ids, _ = pad([(sequences[k][0], [0.0]) for k in part])
        logp = model.logits(model.hidden(ids[:, :-1])).log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0].double()
        for row, k in enumerate(part):
            length, n = len(sequences[k][0]), sequences[k][1]
            out[k] = -logp[row, length - 1 - n:length - 1].mean().item()
    return out


def probe(model, groups):
    parts = []
    for name in sorted(groups):
        if name == "echo":
            parts.append(f"echo {np.mean(answer_losses(model, groups[name])):.3f}")
            continue
        zero = answer_losses(model, [(z, n) for z, _, n in groups[name]])
        one = answer_losses(model, [(o, n) for _, o, n in groups[name]])
        parts.append(f"{name} zero {np.mean(zero):.3f} one {np.mean(one):.3f}")
    return "; ".join(parts)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--out", type=pathlib.Path, default=ROOT / "samples" / "tasks-llama.gguf")
    p.add_argument("--work", type=pathlib.Path, required=True, help="folder for the vocabulary, the checkpoint and the log")
    p.add_argument("--steps", type=int, default=4500)
    p.add_argument("--tokens", type=int, default=2000, help="tokens a step")
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--decay", type=float, default=0.3)
    p.add_argument("--vocabulary", type=int, default=1536)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--report", type=int, default=200)
    p.add_argument("--resume", action="store_true")
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(a.seed)
    a.work.mkdir(parents=True, exist_ok=True)
    rows, excluded = make_data.evaluation_rows()
    vocabulary = build_vocabulary(a.seed, excluded, a.vocabulary)
    vocabulary.save(a.work / "vocabulary.json")
    model = Model(Shape(len(vocabulary.tokens)))
    source = Source(a.seed + 1, excluded)
    matrices = [q for q in model.parameters() if q.dim() == 2]
    norms = [q for q in model.parameters() if q.dim() < 2]
    optimizer = torch.optim.AdamW([dict(params=matrices, weight_decay=0.05), dict(params=norms, weight_decay=0.0)],
                                  lr=a.rate, betas=(0.9, 0.98), eps=1e-8)
    step, begin_decay = 0, int(a.steps * (1 - a.decay))
    if a.resume:
        saved = torch.load(a.work / "checkpoint.pt")
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step = saved["step"]
        source = Source(a.seed + 1 + step, excluded)
    log = open(a.work / "train.log", "a", encoding="utf-8")

    def say(text):
        print(text, flush=True)
        log.write(text + "\n")
        log.flush()
    groups = probe_set(rows, vocabulary)
    say(f"# {sum(q.numel() for q in model.parameters())} parameters, {model.s}, {vars(a)['steps']} steps of {a.tokens} tokens, seed {a.seed}, torch {torch.__version__}")
    start, seen, recent = time.time(), 0, []
    stream = batches(source, vocabulary, a.tokens, 768, model.s.context, lambda: step)
    end = a.steps
    while step < end:
        if step == begin_decay:
            say(f"step {step}: decay begins, until {end}")
        rate = a.rate * min(1, (step + 1) / 200)
        if step >= begin_decay:
            rate *= max(0.02, 1 - (step - begin_decay) / max(1, end - begin_decay))
        for g in optimizer.param_groups:
            g["lr"] = rate
        ids, weights = pad(next(stream))
        loss = loss_of(model, ids, weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        seen += ids.numel()
        recent.append(loss.item())
        if step % a.report == 0 or step == end:
            assert math.isfinite(loss.item())
            seconds = time.time() - start
            say(f"step {step} loss {np.mean(recent):.4f} rate {rate:.2e} tokens {seen / 1e6:.2f}M {seconds:.0f}s {seen / seconds:.0f} tok/s | {probe(model, groups)}")
            recent = []
            torch.save(dict(model=model.state_dict(), optimizer=optimizer.state_dict(), step=step), a.work / "checkpoint.pt")
            if (a.work / "decay").exists() and step < begin_decay:
                begin_decay, end = step, step + int(a.steps * a.decay)
                (a.work / "decay").unlink()
            if (a.work / "stop").exists():
                say("stopped by request")
                break
    export(model, vocabulary, a.out)
    say(f"written {a.out.name}, {a.out.stat().st_size} bytes")


def export(model, vocabulary, out):
    gguf.write(out, model, vocabulary, "MIWV sample tasks", "A tiny llama trained by scripts/sample/train.py on the invented tasks of MIWV Engine's sample")


if __name__ == "__main__":
    main()
