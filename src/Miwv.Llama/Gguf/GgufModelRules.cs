using Miwv.Data;

namespace Miwv.Llama.Gguf;

/// <summary>Which files can score and which can embed, and the settings on which libllama ends the process.</summary>
internal sealed class GgufModelRules(GgufFile file)
{
    private const int MaxLayers = 512;
    private const int MaxExperts = 1024;

    private string Arch => file.Architecture;

    public void RequireScoringModel()
    {
        RequireText();
        if (file.IsEncoderOnly)
            throw Error($"is an embedding model ({Arch}): it has no next-token head; give it with -e and a language model with -m");
        if (GgufArchitectures.EncoderDecoder.Contains(Arch))
            throw Error($"is an encoder-decoder ({Arch}): a row's loss is defined for decoder-only language models; name one with -m");
        if (GgufArchitectures.Diffusion.Contains(Arch))
            throw Error($"is a diffusion model ({Arch}): it does not predict the next token; name a causal language model with -m");
        RequireWeights("name the model itself with -m");
        CheckPooling();
        if (file.PoolingType is not (null or GgufPooling.None))
            throw Error($"is an embedding model ({Arch}, {file.PoolingType} pooling): its next-token head is not trained; give it with -e and a language model with -m");
        if (!file.IsCausal)
            throw Error($"is an embedding model ({Arch}, attention in both directions): it cannot predict the next token; give it with -e and a language model with -m");
        RequireTokenizer();
        CheckSettings();
    }

    public void RequireEmbedder()
    {
        RequireText();
        if (GgufArchitectures.EncoderDecoder.Contains(Arch) || GgufArchitectures.Diffusion.Contains(Arch))
            throw Error($"cannot embed texts here ({Arch}): name an embedding model or a causal language model with -e");
        RequireWeights("name the embedding model itself with -e");
        CheckPooling();
        if (file.PoolingType == GgufPooling.Rank)
            throw Error($"is a reranker ({Arch}): it gives one score for a pair of texts, not a vector; name an embedding model with -e");
        RequireTokenizer();
        CheckSettings();
        CheckVectorWidth();
    }

    private void RequireText()
    {
        if (file.SplitCount > 1 && (file.GetUInt16("split.no") ?? 0) != 0)
            throw Error($"is part {file.GetUInt16("split.no") + 1} of {file.SplitCount}: name the first part (...-00001-of-{file.SplitCount:D5}.gguf)");
        string? type = file.GetString("general.type");
        if (type is not (null or "model"))
            throw Error($"is not a model but \"{OneLine(type)}\" (general.type): name the model's own GGUF file");
        if (GgufArchitectures.NotText.Contains(Arch))
            throw Error($"is not a text model ({Arch}): name a language model with -m and an embedding model with -e");
    }

    private void RequireWeights(string advice)
    {
        if (file.Tensors.Count == 0)
            throw Error($"has no weights, only a vocabulary: {advice}");
        if (!file.HasTensor("token_embd.weight"))
            throw Error("has no token_embd.weight: it is not a complete model; download or convert it again");
    }

    private void RequireTokenizer()
    {
        if (!file.HasTokenizer)
            throw Error("has no tokenizer (tokenizer.ggml.model and .tokens): convert the model again with its tokenizer files");
        if (file.Tensors.TryGetValue("token_embd.weight", out GgufTensor? table)
            && (table.Shape.Count != 2 || table.Shape[1] != file.VocabularySize))
            throw Error($"has {file.VocabularySize} tokens but token_embd.weight of {string.Join(" x ", table.Shape)}: convert the model again");
        CheckBegin();
    }

    /// <summary>libllama ends the process when it is to add a token that the vocabulary has not.</summary>
    private void CheckBegin()
    {
        string? model = file.GetString("tokenizer.ggml.model");
        (uint bos, uint sep) = model switch
        {
            "llama" or "plamo2" => (1u, uint.MaxValue),
            "bert" => (101u, 102u),
            "gpt2" or "hybriddna" or "whitespace" => (11u, uint.MaxValue),
            _ => (uint.MaxValue, uint.MaxValue),
        };
        bool adds = file.GetBool("tokenizer.ggml.add_bos_token") ?? model is "llama" or "bert";
        if (adds && (file.GetUInt32("tokenizer.ggml.bos_token_id") ?? bos) >= file.VocabularySize)
            throw Error("asks for a BOS token and names none (tokenizer.ggml.bos_token_id): convert the model again");
        bool separates = file.GetBool("tokenizer.ggml.add_sep_token") ?? model is "bert";
        if (separates && model is "bert" && (file.GetUInt32("tokenizer.ggml.seperator_token_id") ?? sep) >= file.VocabularySize)
            throw Error("asks for a SEP token and names none (tokenizer.ggml.seperator_token_id): convert the model again");
    }

    private void CheckPooling()
    {
        if (file.PoolingType is { } pooling && !Enum.IsDefined(pooling))
            throw Damaged("pooling_type", $"{(uint)pooling}", "0 to 4");
    }

    /// <summary>libllama cuts the pooled vectors of a batch at this width: a wrong one mixes texts or ends the process.</summary>
    private void CheckVectorWidth()
    {
        uint width = file.EmbeddingLength!.Value;
        uint claimed = file.GetUInt32($"{Arch}.embedding_length_out") is { } w and > 0 ? w : width;
        foreach (string last in new[] { "dense_3.weight", "dense_2.weight" })
            if (file.Tensors.TryGetValue(last, out GgufTensor? dense) && dense.Shape.Count == 2)
            {
                width = (uint)Math.Min(uint.MaxValue, dense.Shape[1]);
                break;
            }
        if (claimed != width)
            throw Damaged("embedding_length_out", $"{claimed}", $"the {width} numbers of its vectors");
    }

    private void CheckSettings()
    {
        InRange("context_length", file.ContextLength, 1, int.MaxValue);
        InRange("embedding_length", file.EmbeddingLength, 1, 1 << 20);
        InRange("block_count", file.BlockCount, 1, MaxLayers);
        if (file.GetUInt32($"{Arch}.nextn_predict_layers") is { } extra && extra >= file.BlockCount)
            throw Damaged("nextn_predict_layers", $"{extra}", $"less than the {file.BlockCount} layers");
        CheckHeads();
        CheckHeadWidth();
        CheckExperts();
        CheckRope();
        foreach (string key in new[] { "layer_norm_rms_epsilon", "layer_norm_epsilon", "group_norm_epsilon" })
        {
            float? epsilon = file.GetFloat($"{Arch}.attention.{key}");
            if (epsilon is { } e && !(e >= 0 && e < 1))
                throw Damaged($"attention.{key}", $"{e}", "0 or a small positive number");
        }
    }

    private void CheckHeads()
    {
        if (file.IsRecurrentOrHybrid)
            return;
        uint[]? heads = file.GetPerLayer($"{Arch}.attention.head_count");
        uint[]? kv = file.GetPerLayer($"{Arch}.attention.head_count_kv");
        if (heads is null || heads.Max() is 0 or > 4096)
            throw Damaged("attention.head_count", heads is null ? "missing" : $"{heads.Max()}", "1 to 4096");
        for (int layer = 0; kv is not null && layer < Math.Max(heads.Length, kv.Length); layer++)
        {
            uint q = heads[Math.Min(layer, heads.Length - 1)], k = kv[Math.Min(layer, kv.Length - 1)];
            // Layers without attention have both at 0, and only files with one number for each layer have them.
            bool none = k == 0 && kv.Length > 1;
            if (!none && (k == 0 || q % k != 0))
                throw Damaged("attention.head_count_kv", $"{k}", $"a divisor of the {q} heads");
        }
    }

    private void CheckHeadWidth()
    {
        if (file.IsRecurrentOrHybrid || file.GetPerLayer($"{Arch}.attention.head_count") is not [uint heads])
            return;
        uint width = file.EmbeddingLength!.Value / heads;
        uint key = file.GetUInt32($"{Arch}.attention.key_length") ?? width;
        uint value = file.GetUInt32($"{Arch}.attention.value_length") ?? width;
        uint rotated = file.GetUInt32($"{Arch}.rope.dimension_count") ?? key;
        if (rotated > key)
            throw Damaged("rope.dimension_count", $"{rotated}", $"at most the {key} dimensions of a head");
        bool wholeHead = GgufArchitectures.RotatesWholeHead.Contains(Arch);
        if (value != key && (wholeHead || file.IsEncoderOnly))
            throw Damaged("attention.value_length", $"{value}", $"{key} as the key's");
        if (rotated != key && wholeHead)
            throw Damaged("rope.dimension_count", $"{rotated}", $"the {key} dimensions of a head");
    }

    private void CheckExperts()
    {
        uint experts = file.GetUInt32($"{Arch}.expert_count") ?? 0;
        uint used = file.GetPerLayer($"{Arch}.expert_used_count")?.Max() ?? 0;
        if (experts <= 1 && Arch is "hunyuan-dense" or "hunyuan_vl") // libllama reads both as 0 there
            return;
        if (experts > MaxExperts)
            throw Damaged("expert_count", $"{experts}", $"at most {MaxExperts}");
        if (used > experts || (experts > 0 && used == 0))
            throw Damaged("expert_used_count", $"{used}", experts == 0 ? "0, as there are no experts" : $"1 to {experts}");
        uint groups = file.GetUInt32($"{Arch}.expert_group_count") ?? 0;
        if (groups > 0 && groups >= experts)
            throw Damaged("expert_group_count", $"{groups}", $"less than the {experts} experts");
        uint usedGroups = file.GetUInt32($"{Arch}.expert_group_used_count") ?? 0;
        if (groups > 1 && (experts % groups != 0 || usedGroups == 0 || usedGroups >= groups))
            throw Damaged("expert_group_count", $"{groups} with {usedGroups} used", $"a divisor of {experts} with some but not all used");
    }

    private void CheckRope()
    {
        string? scaling = file.GetString($"{Arch}.rope.scaling.type");
        if (scaling is not (null or "none" or "linear" or "yarn" or "longrope"))
            throw Damaged("rope.scaling.type", $"\"{OneLine(scaling)}\"", "none, linear, yarn or longrope");
        float? frequency = file.GetFloat($"{Arch}.rope.freq_base");
        if (frequency is { } f && !(f >= 0 && float.IsFinite(f)))
            throw Damaged("rope.freq_base", $"{f}", "a positive number");
        uint? rotated = file.GetUInt32($"{Arch}.rope.dimension_count");
        if (rotated is { } r && r % 2 != 0)
            throw Damaged("rope.dimension_count", $"{r}", "an even number");
    }

    private void InRange(string key, uint? value, uint from, uint to)
    {
        if (value is null || value < from || value > to)
            throw Damaged(key, value is null ? "missing" : $"{value}", $"{from} to {to}");
    }

    private UserException Damaged(string key, string value, string wanted) =>
        Error($"{Arch}.{key} is {value}, not {wanted}: the file is damaged");

    private UserException Error(string text) => new($"{file.Path}: {text}");

    private static string OneLine(string text) =>
        string.Concat(text.Take(32).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ' ' ? c : '?'));
}
