using Miwv.Data;
using Miwv.Llama;
using Miwv.Llama.Gguf;

namespace Miwv.Engine;

/// <summary>The tokens a sequence may have: the training context, or what the user says.</summary>
internal static class ScoringWindow
{
    /// <exception cref="UserException">More than a model with learned positions has, or too few.</exception>
    public static int Of(LlamaModel model, GgufFile file, int? wanted, Action<string> warn)
    {
        int trained = model.TrainedContext;
        if (wanted is not { } window) return trained;
        if (window < 2) throw new UserException($"-c {window}: a window needs at least 2 tokens");
        if (window <= trained) return window;
        if (file.HasLearnedPositions)
            throw new UserException($"-c {window}: {model.Path} has {trained} learned positions and knows nothing beyond them; give at most -c {trained}");
        warn($"-c {window} is beyond the {trained} tokens the model was trained with; losses of longer rows mean little");
        return window;
    }
}
