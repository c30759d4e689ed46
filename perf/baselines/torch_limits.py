"""What the card can do at best, and what a torch user gets for the gather: the ceilings and the rival of the GPU report.

    python3 torch_limits.py            # needs torch with CUDA

Prints Markdown: bf16 and f16 matrix peak, copy bandwidth, and log_softmax + gather over the shapes of bench_gather_cuda.
Not run by this project on a GPU yet.
"""
import torch


def fastest(work, repeat: int = 20) -> float:
    """Shortest of the repetitions, seconds on the card."""
    for _ in range(3):
        work()
    best = float("inf")
    for _ in range(repeat):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        work()
        end.record()
        end.synchronize()
        best = min(best, begin.elapsed_time(end) * 1e-3)
    return best


def main() -> None:
    if not torch.cuda.is_available():
        raise SystemExit("torch_limits: torch sees no CUDA card")
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}\n")
    print("| limit | value |\n|---|---|")
    n = 8192
    for dtype in (torch.bfloat16, torch.float16):
        a, b = torch.randn(n, n, device="cuda").to(dtype), torch.randn(n, n, device="cuda").to(dtype)
        print(f"| {dtype} {n}^3 matrix product | {2 * n**3 / fastest(lambda: a @ b) / 1e12:.0f} TFLOP/s |")
    x = torch.empty(1 << 28, device="cuda")
    y = torch.empty_like(x)
    print(f"| copy of 1 GiB | {2 * x.numel() * 4 / fastest(lambda: y.copy_(x)) / 1e9:.0f} GB/s |")
    del x, y
    print("\n| f32 logits | log_softmax + gather | logsumexp - picked | GB/s of one read |\n|---|---|---|---|")
    for rows in (16, 128, 1024, 4096):
        for vocab in (32_000, 128_256, 151_936, 262_144):
            logits = torch.randn(rows, vocab, device="cuda")
            target = torch.randint(vocab, (rows, 1), device="cuda")
            full = fastest(lambda: torch.log_softmax(logits, -1).gather(1, target))
            lean = fastest(lambda: logits.gather(1, target) - torch.logsumexp(logits, -1, keepdim=True))
            print(f"| {rows} x {vocab} | {full * 1e6:.1f} us | {lean * 1e6:.1f} us | {logits.numel() * 4 / min(full, lean) / 1e9:.0f} |")
            del logits


if __name__ == "__main__":
    main()
