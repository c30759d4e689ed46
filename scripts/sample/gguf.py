"""Writes the model as GGUF v3, all f32, and reads such a file back into PyTorch.

f32 and not f16: with f16 weights the library rounds activations to f16, and one last bit that depends on how a sequence was split over
decodes moved a loss by 1.6e-4 nats (f32: 3e-7). The file is 5 MB instead of 2.5.
"""
import struct

import numpy as np
import torch

from model import Model, Shape
from vocabulary import FIRST_PIECE, Vocabulary

ALIGNMENT = 32
U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5


def text(s):
    b = s.encode("utf-8")
    return struct.pack("<Q", len(b)) + b


def value(kind, v):
    if kind == STRING:
        return text(v)
    return struct.pack({U32: "<I", F32: "<f", BOOL: "<?", I32: "<i"}[kind], v)


def entry(key, kind, v, element=None):
    head = text(key) + struct.pack("<I", kind)
    if kind == ARRAY:
        return head + struct.pack("<IQ", element, len(v)) + b"".join(value(element, e) for e in v)
    return head + value(kind, v)


def write(path, model, vocabulary, name, description):
    s = model.s
    meta = [
        entry("general.architecture", STRING, "llama"), entry("general.name", STRING, name),
        entry("general.description", STRING, description), entry("general.license", STRING, "mit"),
        entry("general.file_type", U32, 0),
        entry("llama.vocab_size", U32, s.vocabulary), entry("llama.context_length", U32, s.context),
        entry("llama.embedding_length", U32, s.width), entry("llama.block_count", U32, s.layers),
        entry("llama.feed_forward_length", U32, s.ffn), entry("llama.attention.head_count", U32, s.heads),
        entry("llama.attention.head_count_kv", U32, s.kv_heads),
        entry("llama.attention.layer_norm_rms_epsilon", F32, s.epsilon),
        entry("llama.rope.dimension_count", U32, s.head), entry("llama.rope.freq_base", F32, s.rope_base),
        entry("tokenizer.ggml.model", STRING, "llama"), entry("tokenizer.ggml.pre", STRING, "default"),
        entry("tokenizer.ggml.tokens", ARRAY, vocabulary.tokens, STRING),
        entry("tokenizer.ggml.scores", ARRAY, vocabulary.scores, F32),
        entry("tokenizer.ggml.token_type", ARRAY, vocabulary.types, I32),
        entry("tokenizer.ggml.unknown_token_id", U32, 0), entry("tokenizer.ggml.bos_token_id", U32, 1),
        entry("tokenizer.ggml.eos_token_id", U32, 2), entry("tokenizer.ggml.add_bos_token", BOOL, True),
        entry("tokenizer.ggml.add_eos_token", BOOL, False), entry("tokenizer.ggml.add_space_prefix", BOOL, True),
    ]
    state = {k: v.detach().float().numpy() for k, v in model.state_dict().items()}
    state["output.weight"] = state["token_embd.weight"]          # the tied head, written out: some readers want it
    tensors = []
    for key, array in state.items():
        array = np.ascontiguousarray(array, np.float32)
        tensors.append((key, array))
    infos, offset = [], 0
    for key, array in tensors:
        infos.append(text(key) + struct.pack("<I", array.ndim) + struct.pack(f"<{array.ndim}Q", *array.shape[::-1])
                     + struct.pack("<IQ", 0, offset))
        offset += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
    with open(path, "wb") as f:
        f.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(meta)) + b"".join(meta) + b"".join(infos))
        f.write(bytes(-f.tell() % ALIGNMENT))
        for _, array in tensors:
            f.write(array.tobytes())
            f.write(bytes(-array.nbytes % ALIGNMENT))


def read(path):
    """(model, vocabulary) of a file that `write` made. Other GGUF files are not expected here."""
    data, at = path.read_bytes(), 24
    tensors, entries = struct.unpack_from("<QQ", data, 8)

    def take(form):
        nonlocal at
        v = struct.unpack_from("<" + form, data, at)[0]
        at += struct.calcsize("<" + form)
        return v

    def string():
        nonlocal at
        n = take("Q")
        at += n
        return data[at - n:at].decode("utf-8")

    def item(kind):
        return string() if kind == STRING else take({U32: "I", F32: "f", BOOL: "?", I32: "i"}[kind])
    meta, infos = {}, []
    for _ in range(entries):
        key, kind = string(), take("I")
        if kind == ARRAY:
            element, n = take("I"), take("Q")
            meta[key] = [item(element) for _ in range(n)]
        else:
            meta[key] = item(kind)
    for _ in range(tensors):
        key, dims = string(), take("I")
        infos.append((key, [take("Q") for _ in range(dims)][::-1], take("I"), take("Q")))
    start, state = -(-at // ALIGNMENT) * ALIGNMENT, {}
    for key, shape, kind, offset in infos:
        assert kind == 0, f"{path}: {key} is not f32"
        array = np.frombuffer(data, np.float32, int(np.prod(shape)), start + offset)
        state[key] = torch.from_numpy(array.reshape(shape).copy())
    state.pop("output.weight")
    model = Model(Shape(meta["llama.vocab_size"], meta["llama.embedding_length"], meta["llama.block_count"], meta["llama.attention.head_count"],
                        meta["llama.attention.head_count_kv"], meta["llama.feed_forward_length"], meta["llama.context_length"],
                        meta["llama.attention.layer_norm_rms_epsilon"], meta["llama.rope.freq_base"]))
    model.load_state_dict(state)
    return model, Vocabulary(meta["tokenizer.ggml.tokens"][FIRST_PIECE:])
