using Miwv.Data;
using Miwv.Llama;
using Miwv.Llama.Embedding;
using Miwv.Retrieval;

namespace Miwv.Engine.Stages;

/// <summary>The rows nearest to a sentence.</summary>
internal static class QueryStage
{
    /// <exception cref="UserException">The sentence has no token or no known word.</exception>
    public static IReadOnlyList<(int Row, double Cosine)> Nearest(EmbeddingStore store, LlamaModel model, EmbeddingOptions options, string text, int k, int threads)
    {
        var tokens = new List<int>();
        new EmbeddingText(model.Vocabulary, options.Window).Encode(text, tokens);
        if (tokens.Count == 0) throw new UserException($"--query: \"{text}\" has no tokens");
        double[] query = LibraryFailure.Tell($"{model.Path}: --query could not be embedded", "try a shorter one", () =>
        {
            using var embedder = new TextEmbedder(model, options.IsLanguageModel, options.Exact, tokens.Count, threads);
            embedder.Begin();
            embedder.Add(tokens.ToArray());
            embedder.Run();
            return embedder.Vector(0).ToArray().Select(v => (double)v).ToArray();
        });
        double norm = Math.Sqrt(query.Sum(v => v * v));
        if (!(norm > 0)) throw new UserException($"--query: the embedding model knows no word of \"{text}\"");

        var row = new float[store.Dimension];
        var best = new PriorityQueue<int, (double, int)>();
        for (int i = 0; i < store.Count; i++)
        {
            if (store.IsZero(i)) continue;
            store.CopyRow(i, row);
            double dot = 0;
            for (int d = 0; d < row.Length; d++) dot += query[d] * row[d];
            best.Enqueue(i, (dot / norm, -i));
            if (best.Count > k) best.Dequeue();
        }
        var found = new List<(int, double)>();
        while (best.TryDequeue(out int at, out var priority)) found.Add((at, priority.Item1));
        found.Reverse();
        return found;
    }
}
