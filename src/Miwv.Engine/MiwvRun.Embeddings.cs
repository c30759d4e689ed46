using Miwv.Data;
using Miwv.Engine.Results;
using Miwv.Engine.Stages;
using Miwv.Llama;
using Miwv.Llama.Gguf;
using Miwv.Retrieval;

namespace Miwv.Engine;

/// <summary>The rows' vectors.</summary>
public sealed partial class MiwvRun
{
    /// <summary>The rows' embeddings; computed, imported or found.</summary>
    public EmbeddingStore Embed() => SharedEmbeddings?.Invoke() ?? (store ??= StageTimes.Measure("embed", EmbedRows));

    private EmbeddingStore EmbedRows()
    {
        string key = inputs.EmbeddingKey(settings, Facts);
        if (settings.From is { } from && !File.Exists(Directory.EmbeddingsFile) && File.Exists(Path.Combine(from, Path.GetFileName(Directory.EmbeddingsFile))))
            File.Copy(Path.Combine(from, Path.GetFileName(Directory.EmbeddingsFile)), Directory.EmbeddingsFile);
        if (File.Exists(Directory.EmbeddingsFile) && EmbeddingStore.IsOfAnother(Directory.EmbeddingsFile, key)) DropOtherVectors();
        if (File.Exists(Directory.EmbeddingsFile))
        {
            try
            {
                return EmbeddingStore.Open(Directory.EmbeddingsFile, key, cancel);
            }
            catch (UserException e)
            {
                // unfinished or damaged: the good part is kept and the rest is made again
                warn(Cause(e.Message) + "; going on with what is good of it");
            }
        }
        if (settings.VectorsPath is { } npy)
            NpyFile.Import(npy, Directory.EmbeddingsFile, Rows.Count, settings.Store, key, null, cancel);
        else WithEmbedder((embedder, file, languageModel) =>
        {
            EmbedStage.Run(Rows, Facts, embedder, EmbeddingOptions(languageModel), ModelCompute.ParametersOf(file), Directory, settings.Store, key, settings.Threads, progress, cancel);
            return true;
        });
        return EmbeddingStore.Open(Directory.EmbeddingsFile, key, cancel);
    }

    private EmbeddingOptions EmbeddingOptions(bool languageModel) => new(inputs.EmbeddingWindowOf(settings), languageModel, settings.Exact);

    // What they are of is the same, or the directory had been refused; how they were made is another now: another -c, or an earlier version.
    private void DropOtherVectors()
    {
        if (File.Exists(Directory.JournalFile))
            throw new UserException($"{Directory.EmbeddingsFile}: these vectors were made otherwise (another -c, or an earlier version of this program), and rows were scored by them; repeat the run in another --run directory");
        warn($"{Directory.EmbeddingsFile}: made otherwise (another -c, or an earlier version of this program); embedding again");
        File.Delete(Directory.EmbeddingsFile);
    }

    /// <summary>The k rows nearest to a sentence, best first, by comparing all.</summary>
    /// <exception cref="UserException">The vectors came from a file, so that there is no model to embed the sentence with.</exception>
    public IReadOnlyList<(int Row, double Cosine)> Nearest(string text, int k)
    {
        if (settings.VectorsPath is not null)
            throw new UserException("--query needs the model that made the vectors; with --embeddings there is none, name one with -e");
        return WithEmbedder((embedder, _, languageModel) => QueryStage.Nearest(Embed(), embedder, EmbeddingOptions(languageModel), text, k, settings.Threads));
    }

    // the model that makes the vectors, loaded for the moment unless it is the scoring model, and whether it is a language model
    private T WithEmbedder<T>(Func<LlamaModel, GgufFile, bool, T> use)
    {
        if (settings.EmbedderPath is not { } path) return use(Model, inputs.ModelFile, true);
        using var embedder = LlamaModel.Load(path, new ModelOptions(settings.GpuLayers));
        return use(embedder, inputs.Embedder!, !inputs.Embedder!.IsEncoderOnly);
    }
}
