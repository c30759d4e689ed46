"""Zero-shot and one-shot losses with Hugging Face transformers, as a good user would write it: bf16, SDPA, sorted by length,
padded batches of a token budget, the head and the log-softmax on answer positions only.

    miwv-plain-loop DATA MODEL.gguf SCORES.jsonl --export tokens.jsonl
    python3 hf_score.py tokens.jsonl --shape llama-1b            # random weights: for speed
    python3 hf_score.py tokens.jsonl --model DIR                 # real weights: also compares the losses in tokens.jsonl

The sequences are the very ones that miwv scores. Needs torch and transformers. Not run by this project on a GPU yet.
"""
import argparse
import json
import math
import time

import torch
import torch.nn.functional as F

# The shapes of perf/Miwv.Perf.Models.
SHAPES = {
    "llama-12x768-32k": dict(layers=12, width=768, heads=12, kv=12, ffn=2048, vocab=32000, base=10_000.0, tied=False),
    "llama-1b": dict(layers=16, width=2048, heads=32, kv=8, ffn=8192, vocab=128_256, base=500_000.0, tied=True),
    "llama-7b": dict(layers=32, width=4096, heads=32, kv=32, ffn=11_008, vocab=32_000, base=10_000.0, tied=False),
    "qwen2-1.5b": dict(layers=28, width=1536, heads=12, kv=2, ffn=8960, vocab=151_936, base=1_000_000.0, tied=True),
}


def random_model(name: str, device: str, dtype: torch.dtype):
    import transformers
    from transformers import AutoModelForCausalLM, LlamaConfig, Qwen2Config

    s = SHAPES[name]
    # the rotary base has another name since version 5
    rope = {"rope_parameters": {"rope_type": "default", "rope_theta": s["base"]}} if int(transformers.__version__.split(".")[0]) >= 5 else {"rope_theta": s["base"]}
    config = (Qwen2Config if name.startswith("qwen2") else LlamaConfig)(
        vocab_size=s["vocab"], hidden_size=s["width"], num_hidden_layers=s["layers"], num_attention_heads=s["heads"],
        num_key_value_heads=s["kv"], intermediate_size=s["ffn"], tie_word_embeddings=s["tied"], max_position_embeddings=4096, **rope)
    previous = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
    finally:
        torch.set_default_dtype(previous)
    return model.to(device=device, dtype=dtype)


def batches(sequences: list[tuple[list[int], int]], budget: int):
    """Indices of sequences, longest first, whose padded size stays within the budget of tokens."""
    order = sorted(range(len(sequences)), key=lambda i: -len(sequences[i][0]))
    at = 0
    while at < len(order):
        longest = len(sequences[order[at]][0])
        count = max(1, budget // longest)
        yield order[at:at + count]
        at += count


@torch.inference_mode()
def losses(model, sequences: list[tuple[list[int], int]], budget: int, head_rows: int, device: str) -> list[float]:
    """Mean nats per scored token of each (tokens, number of scored tokens at the end)."""
    result = [0.0] * len(sequences)
    for batch in batches(sequences, budget):
        longest = max(len(sequences[i][0]) for i in batch)
        # padded on the right: what is causal never looks there, so no mask is needed and SDPA takes its fast causal path
        ids = torch.zeros((len(batch), longest), dtype=torch.long)
        rows, columns, targets = [], [], []
        for k, i in enumerate(batch):
            tokens, scored = sequences[i]
            ids[k, :len(tokens)] = torch.tensor(tokens)
            rows.extend([k] * scored)
            columns.extend(range(len(tokens) - scored - 1, len(tokens) - 1))
            targets.extend(tokens[len(tokens) - scored:])
        hidden = model.model(input_ids=ids.to(device), use_cache=False).last_hidden_state
        picked = hidden[torch.tensor(rows, device=device), torch.tensor(columns, device=device)]
        target = torch.tensor(targets, device=device)
        nll = torch.cat([F.cross_entropy(model.lm_head(picked[a:a + head_rows]).float(), target[a:a + head_rows], reduction="none")
                         for a in range(0, len(rows), head_rows)])
        sums = torch.zeros(len(batch), dtype=torch.float64, device=device)
        sums.index_add_(0, torch.tensor(rows, device=device), nll.double())
        for k, value in enumerate(sums.tolist()):
            result[batch[k]] = value / sequences[batch[k]][1]
    return result


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("tokens")
    options.add_argument("--model", help="folder of a Hugging Face model")
    options.add_argument("--shape", choices=SHAPES, help="random weights of this shape")
    options.add_argument("--budget", type=int, nargs="+", default=[4096, 8192, 16384, 32768], help="padded tokens of a batch; the fastest counts")
    options.add_argument("--head-rows", type=int, default=4096, help="answer positions whose logits are made at once")
    options.add_argument("--limit", type=int)
    options.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float16", "float32"])
    a = options.parse_args()
    if (a.model is None) == (a.shape is None):
        options.error("give either --model or --shape")
    dtype = getattr(torch, a.dtype)
    if a.shape:
        model = random_model(a.shape, a.device, dtype)
    else:
        from transformers import AutoModelForCausalLM

        model = AutoModelForCausalLM.from_pretrained(a.model, dtype=dtype, attn_implementation="sdpa").to(a.device)
    model.eval()

    lines = [json.loads(line) for line in open(a.tokens, encoding="utf-8")][:a.limit]
    sequences = [(line[kind], line["scored"]) for line in lines for kind in ("zero", "one")]
    tokens = sum(len(s) for s, _ in sequences)
    wait = torch.cuda.synchronize if a.device.startswith("cuda") else lambda: None
    losses(model, sequences[:16], min(a.budget), a.head_rows, a.device)  # warm-up

    best, found = None, None
    for budget in a.budget:
        try:
            wait()
            start = time.perf_counter()
            found = losses(model, sequences, budget, a.head_rows, a.device)
            wait()
            seconds = time.perf_counter() - start
        except torch.cuda.OutOfMemoryError:
            print(f"budget {budget}: out of memory")
            torch.cuda.empty_cache()
            continue
        print(f"budget {budget}: {len(lines)} rows, {tokens:,} tokens, {seconds:.2f} s, {len(lines) / seconds:.2f} rows/s, {tokens / seconds:,.0f} tokens/s")
        best = seconds if best is None else min(best, seconds)
    if found is None:
        raise SystemExit("hf_score: no batch size fitted into the memory")
    if not all(math.isfinite(x) for x in found):
        raise SystemExit("hf_score: a loss is not a number")
    print(f"hugging face: {len(lines) / best:.2f} rows/s, {tokens / best:,.0f} tokens/s ({a.dtype}, sdpa, torch {torch.__version__})")
    if a.model:
        theirs = [line[kind] for line in lines for kind in ("zero_nll", "one_nll")]
        differences = [abs(x - y) for x, y in zip(found, theirs)]
        print(f"|difference| to the engine: max {max(differences):.2e}, mean {sum(differences) / len(differences):.2e} nats a token")


if __name__ == "__main__":
    main()
