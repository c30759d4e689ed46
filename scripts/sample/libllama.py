"""The few calls of libllama v0.5.0 that the checks need, by ctypes (struct layouts: 80 and 160 bytes)."""
import ctypes
import math
import os
import pathlib

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFAULT = ROOT / "native/llama/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64"


class Batch(ctypes.Structure):
    _fields_ = [("n_tokens", ctypes.c_int32), ("token", ctypes.POINTER(ctypes.c_int32)), ("embd", ctypes.c_void_p),
                ("pos", ctypes.POINTER(ctypes.c_int32)), ("n_seq_id", ctypes.POINTER(ctypes.c_int32)),
                ("seq_id", ctypes.c_void_p), ("logits", ctypes.POINTER(ctypes.c_int8))]


class ModelParams(ctypes.Structure):
    _fields_ = [("raw", ctypes.c_uint8 * 80)]


class ContextParams(ctypes.Structure):
    _fields_ = [("raw", ctypes.c_uint8 * 160)]


class Llama:
    """One model and one context: flash attention off, f32 KV, all tokens in one decode."""

    def __init__(self, path, threads=1, context=512):
        folder = pathlib.Path(os.environ.get("MIWV_LLAMA_DIR", DEFAULT))
        ctypes.CDLL(str(folder / "libggml-base.so"), mode=ctypes.RTLD_GLOBAL)
        ggml = ctypes.CDLL(str(folder / "libggml.v0.5.0.so"), mode=ctypes.RTLD_GLOBAL)
        self.lib = lib = ctypes.CDLL(str(folder / "libllama.v0.5.0.so"))
        self.quiet = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
        lib.llama_log_set(self.quiet, None)
        ggml.ggml_backend_load_all_from_path(str(folder).encode())
        lib.llama_backend_init()
        lib.llama_model_default_params.restype, lib.llama_context_default_params.restype = ModelParams, ContextParams
        for name in ("llama_model_load_from_file", "llama_init_from_model", "llama_model_get_vocab", "llama_get_memory"):
            getattr(lib, name).restype = ctypes.c_void_p
        lib.llama_model_load_from_file.argtypes = [ctypes.c_char_p, ModelParams]
        lib.llama_init_from_model.argtypes = [ctypes.c_void_p, ContextParams]
        lib.llama_model_get_vocab.argtypes = lib.llama_get_memory.argtypes = [ctypes.c_void_p]
        lib.llama_vocab_n_tokens.argtypes = [ctypes.c_void_p]
        lib.llama_tokenize.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.POINTER(ctypes.c_int32), ctypes.c_int32, ctypes.c_bool, ctypes.c_bool]
        lib.llama_decode.argtypes = [ctypes.c_void_p, Batch]
        lib.llama_memory_clear.argtypes = [ctypes.c_void_p, ctypes.c_bool]
        lib.llama_get_logits.argtypes = [ctypes.c_void_p]
        lib.llama_get_logits.restype = ctypes.POINTER(ctypes.c_float)
        self.model = lib.llama_model_load_from_file(str(path).encode(), lib.llama_model_default_params())
        if not self.model:
            raise SystemExit(f"{path}: libllama does not load it")
        self.vocab = lib.llama_model_get_vocab(self.model)
        self.size = lib.llama_vocab_n_tokens(self.vocab)
        c = lib.llama_context_default_params()

        def put(offset, v):
            c.raw[offset:offset + 4] = list(int(v).to_bytes(4, "little"))
        for offset, v in ((0, context), (4, context), (8, context), (24, 0), (28, threads), (32, threads), (52, 0), (104, 0), (108, 0)):
            put(offset, v)
        self.context = lib.llama_init_from_model(self.model, c)
        self.memory = lib.llama_get_memory(self.context)

    def tokenize(self, text):
        b = text.encode("utf-8")
        buffer = (ctypes.c_int32 * (len(b) + 8))()
        n = self.lib.llama_tokenize(self.vocab, b, len(b), buffer, len(buffer), False, False)
        assert n >= 0
        return list(buffer[:n])

    def answer_loss(self, ids, n):
        """Mean NLL (nats) of the last n ids: log-softmax in fp64 over the f32 logits."""
        count = len(ids)
        token = (ctypes.c_int32 * count)(*ids)
        flags = (ctypes.c_int8 * count)(*[1 if k >= count - 1 - n and k < count - 1 else 0 for k in range(count)])
        self.lib.llama_memory_clear(self.memory, True)
        if self.lib.llama_decode(self.context, Batch(count, token, None, None, None, None, flags)):
            raise SystemExit("llama_decode failed")
        rows = np.ctypeslib.as_array(self.lib.llama_get_logits(self.context), (n, self.size)).astype(np.float64)
        top = rows.max(1)
        lse = top + np.log(np.exp(rows - top[:, None]).sum(1))
        return float((lse - rows[np.arange(n), ids[count - n:]]).mean())
