"""Training rows, and every sequence exactly as the engine scores it: BOS T(x) T(y), demonstrations joined by T("\\n\\n")."""
import random

import lexicon as lx
from families import FAMILIES
from vocabulary import BOS, EOS

WITH_INPUT = ("Below is an instruction that describes a task, paired with an input that provides further context. "
              "Write a response that appropriately completes the request.\n\n"
              "### Instruction:\n{i}\n\n### Input:\n{x}\n\n### Response:")
WITHOUT_INPUT = ("Below is an instruction that describes a task. "
                 "Write a response that appropriately completes the request.\n\n"
                 "### Instruction:\n{i}\n\n### Response:")
PROMPT_WEIGHT = 0.1


def prompt(instruction, text):
    # Row text may hold braces, so nothing is formatted twice.
    return WITH_INPUT.replace("{i}", instruction).replace("{x}", text) if text else WITHOUT_INPUT.replace("{i}", instruction)


def embedding_text(instruction, text):
    return instruction + "\n" + text if text else instruction


def tokens(vocabulary, demonstrations, row, end=False):
    """Ids and, for each id, its loss weight (1 for answer tokens, PROMPT_WEIGHT for the rest)."""
    ids, weights = [BOS], [0.0]
    for n, (i, x, y) in enumerate(list(demonstrations) + [row]):
        if n:
            add(ids, weights, vocabulary.encode("\n\n"), PROMPT_WEIGHT)
        add(ids, weights, vocabulary.encode(prompt(i, x)), PROMPT_WEIGHT)
        add(ids, weights, vocabulary.encode(y), 1.0)
    if end:
        add(ids, weights, [EOS], PROMPT_WEIGHT)
    return ids, weights


def add(ids, weights, piece, weight):
    ids.extend(piece)
    weights.extend([weight] * len(piece))


class Source:
    """An endless stream of training rows: families that are seen, houses that the evaluation does not use, rows it does not hold."""

    def __init__(self, seed, excluded):
        self.r = random.Random(f"training {seed}")
        self.excluded = excluded
        by_key = {f.key: f for f in FAMILIES if f.seen}
        self.known = [f for f in by_key.values() if f.kind == "known"]
        self.house = [f for f in by_key.values() if f.kind == "house"]

    def row(self, family, convention):
        while True:
            row = family.make(self.r, convention)
            if row[:2] not in self.excluded:
                return row

    def group(self):
        """(demonstrations, row): one convention for all; one time in twelve a demonstration of another family."""
        r = self.r
        family = r.choice(self.house if r.random() < 0.55 else self.known)
        convention = family.convention(r)
        if family.kind == "house":
            assert convention["house"] not in lx.EVAL_HOUSES
            shots = r.choices([0, 1, 2], [0.10, 0.65, 0.25])[0]
        else:
            shots = r.choices([0, 1, 2], [0.35, 0.50, 0.15])[0]
        rows = [self.row(family, convention) for _ in range(shots + 1)]
        if shots and r.random() < 1 / 12:
            other = r.choice(self.known + self.house)
            rows[0] = self.row(other, other.convention(r))
        return rows[:-1], rows[-1]

    def sequence(self, vocabulary):
        demonstrations, row = self.group()
        if self.r.random() < 0.05:
            # The text that the embedding is taken from: an instruction without a template.
            text = vocabulary.encode(embedding_text(row[0], row[1]))
            return [BOS] + text, [0.0] + [0.5] * len(text)
        return tokens(vocabulary, demonstrations, row, end=True)
