"""A SentencePiece-style vocabulary (pieces with scores, byte fallback), trained here, and its tokenizer.

Ids are those of llama.cpp's SPM tokenizer: the pair with the highest score is merged first, the leftmost among equals;
a character that is no piece becomes its UTF-8 bytes. Every text gets one leading space. check.py compares with the library.
"""
import heapq
import json
import re
from collections import Counter

SPACE = "\u2581"
UNKNOWN, BOS, EOS, FIRST_BYTE, FIRST_PIECE = 0, 1, 2, 3, 259
WORD = re.compile(f"{SPACE}?[A-Za-z]+|.", re.DOTALL)

# The template's clauses become one piece each: they are in every row and cost one token instead of forty.
CLAUSES = ["Below is an instruction that describes a task", ", paired with an input that provides further context",
           ". Write a response that appropriately completes the request.", "\n\n### Instruction:\n", "\n\n### Input:\n", "\n\n### Response:"]


def escape(text):
    return (" " + text).replace(" ", SPACE)


class Vocabulary:
    def __init__(self, pieces):
        self.pieces = pieces                                     # normal pieces, best score first
        self.tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)] + pieces
        self.scores = [0.0] * FIRST_PIECE + [-float(n) for n in range(len(pieces))]
        self.types = [2, 3, 3] + [6] * 256 + [1] * len(pieces)   # unknown, control, byte, normal
        self.rank = {p: n for n, p in enumerate(pieces)}
        self.cache = {}

    def merge(self, symbols):
        """Merges a list of strings by score; exact for any list."""
        symbols, n = list(symbols), len(symbols)
        after, before = list(range(1, n + 1)), list(range(-1, n - 1))
        heap = []

        def offer(a, b):
            if a >= 0 and b < n:
                rank = self.rank.get(symbols[a] + symbols[b])
                if rank is not None:
                    heapq.heappush(heap, (rank, a, b, len(symbols[a]) + len(symbols[b])))
        for k in range(n - 1):
            offer(k, k + 1)
        while heap:
            _, a, b, size = heapq.heappop(heap)
            if not symbols[a] or not symbols[b] or len(symbols[a]) + len(symbols[b]) != size:
                continue
            symbols[a] += symbols[b]
            symbols[b] = ""
            after[a] = after[b]
            if after[b] < n:
                before[after[b]] = a
            offer(before[a], a)
            offer(a, after[a])
        return [s for s in symbols if s]

    def ids(self, symbols):
        out = []
        for s in symbols:
            if s in self.rank:
                out.append(FIRST_PIECE + self.rank[s])
            else:
                out.extend(FIRST_BYTE + b for b in s.encode("utf-8"))
        return out

    def encode(self, text):
        """T(text): no BOS. Words are merged first (and cached): pieces inside a word always have the better score."""
        if not text:
            return []
        parts = []
        for word in WORD.findall(escape(text)):
            if word not in self.cache:
                self.cache[word] = self.merge(word)
            parts.extend(self.cache[word])
        return self.ids(self.merge(parts))

    def save(self, path):
        path.write_text(json.dumps(self.pieces, ensure_ascii=False, indent=0), encoding="utf-8")

    @classmethod
    def load(cls, path):
        return cls(json.loads(path.read_text(encoding="utf-8")))


def train(texts, size):
    """Byte-pair merges inside words by count, then the chains that build the template's clauses."""
    clauses = [escape(c)[1:] if not c.startswith("Below") else escape(c) for c in CLAUSES] + [escape("\n\n")]
    words = Counter(w for t in texts for w in WORD.findall(escape(t)))
    for clause in clauses:
        for w in WORD.findall(clause):
            words[w] += 50
    letters = sorted({c for w in words for c in w} | {chr(c) for c in range(32, 127) if chr(c) != " "})
    split = {w: list(w) for w in words if len(w) > 1}
    merges, chains = [], []
    budget = size - FIRST_PIECE - len(letters)

    def clause_chains():
        found = []
        v = Vocabulary(merges + letters)
        for clause in clauses:
            parts = [s for w in WORD.findall(clause) for s in v.merge(w)]
            for k in range(2, len(parts) + 1):
                piece = "".join(parts[:k])
                if piece not in found and piece not in v.rank:
                    found.append(piece)
        return found

    pairs, where = Counter(), {}
    for w, s in split.items():
        for p in zip(s, s[1:]):
            pairs[p] += words[w]
            where.setdefault(p, set()).add(w)
    while True:
        if len(merges) >= budget - 250:
            chains = clause_chains()
            if len(merges) + len(chains) >= budget:
                break
        (a, b), _ = max(pairs.items(), key=lambda kv: (kv[1], kv[0]))
        if pairs[a, b] < 2:
            raise SystemExit(f"the corpus has too few words for {size} pieces")
        merges.append(a + b)
        for w in sorted(where.pop((a, b))):
            old = split[w]
            new, k = [], 0
            while k < len(old):
                if k + 1 < len(old) and old[k] == a and old[k + 1] == b:
                    new.append(a + b)
                    k += 2
                else:
                    new.append(old[k])
                    k += 1
            for p in zip(old, old[1:]):
                pairs[p] -= words[w]
            for p in zip(new, new[1:]):
                pairs[p] += words[w]
                where.setdefault(p, set()).add(w)
            split[w] = new
        pairs = +pairs
    seen, pieces = set(), []
    for p in merges + chains + letters:
        if p not in seen:
            seen.add(p)
            pieces.append(p)
    return Vocabulary(pieces)
