"""Training rows, and every sequence exactly as the engine scores it: BOS T(x) T(y), demonstrations joined by T("\\n\\n")."""
import random

import lexicon as lx
import phrases
from families import FAMILIES
from vocabulary import BOS, EOS, FIRST_PIECE

WITH_INPUT = ("Below is an instruction that describes a task, paired with an input that provides further context. "
              "Write a response that appropriately completes the request.\n\n"
              "### Instruction:\n{i}\n\n### Input:\n{x}\n\n### Response:")
WITHOUT_INPUT = ("Below is an instruction that describes a task. "
                 "Write a response that appropriately completes the request.\n\n"
                 "### Instruction:\n{i}\n\n### Response:")
PROMPT_WEIGHT = 0.05


def prompt(instruction, text):
    # Row text may hold braces, so nothing is formatted twice.
    return WITH_INPUT.replace("{i}", instruction).replace("{x}", text) if text else WITHOUT_INPUT.replace("{i}", instruction)


def embedding_text(instruction, text):
    return instruction + "\n" + text if text else instruction


def tokens(vocabulary, demonstrations, row, end=False, shown=1.0, rest=PROMPT_WEIGHT):
    """Ids and, for each id, its loss weight: 1 for the row's answer, `shown` for the demonstrations' answers, `rest` for the rest."""
    ids, weights = [BOS], [0.0]
    for n, (i, x, y) in enumerate(list(demonstrations) + [row]):
        if n:
            add(ids, weights, vocabulary.encode("\n\n"), rest)
        add(ids, weights, vocabulary.encode(prompt(i, x)), rest)
        add(ids, weights, vocabulary.encode(y), 1.0 if n == len(demonstrations) else shown)
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
        """(demonstrations, row, weight of the demonstrations' answers, weight of the prompts)

        One convention for all; now and then a demonstration of another family. What nobody can predict (a fresh convention in a
        demonstration, random words) weighs little, or its noise would drown the signal.
        """
        r = self.r
        if r.random() < 0.20:
            convention = phrases.convention(r)
            rows = [phrases.make(r, convention) for _ in range(r.choice([2, 2, 2, 3]))]
            assert not any(w[:2] in self.excluded for w in rows)
            return rows[:-1], rows[-1], 0.02, 0.01
        family = r.choice(self.house if r.random() < 0.45 else self.known)
        convention = family.convention(r)
        if family.kind == "house":
            assert convention["house"] not in lx.EVAL_HOUSES
            shots = r.choices([0, 1, 2], [0.08, 0.72, 0.20])[0]
        else:
            shots = r.choices([0, 1, 2], [0.35, 0.50, 0.15])[0]
        rows = [self.row(family, convention) for _ in range(shots + 1)]
        if shots and r.random() < 1 / 12:
            other = r.choice(self.known + self.house)
            rows[0] = self.row(other, other.convention(r))
        return rows[:-1], rows[-1], 0.2 if family.kind == "house" else 1.0, PROMPT_WEIGHT

    def echo(self, size):
        """Random ids, other random ids, then the first again: teaches to look back, for every id of the vocabulary."""
        r = self.r
        part = [r.randrange(FIRST_PIECE, size) for _ in range(r.randint(4, 24))]
        gap = [r.randrange(FIRST_PIECE, size) for _ in range(r.choice([0, 0, r.randint(1, 12)]))]
        return [BOS] + part + gap + part, [0.0] * (2 + len(part) + len(gap)) + [1.0] * (len(part) - 1)

    def sequence(self, vocabulary, echoes):
        """One training sequence; `echoes` is the share of echo sequences."""
        if self.r.random() < echoes:
            return self.echo(len(vocabulary.tokens))
        demonstrations, row, shown, rest = self.group()
        if self.r.random() < 0.04:
            # The text that the embedding is taken from: an instruction without a template.
            text = vocabulary.encode(embedding_text(row[0], row[1]))
            return [BOS] + text, [0.0] + [0.2] * len(text)
        return tokens(vocabulary, demonstrations, row, True, shown, rest)
