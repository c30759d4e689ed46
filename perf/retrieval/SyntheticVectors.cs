using System.Globalization;
using System.Text;

namespace Miwv.Perf.Retrieval;

/// <summary>
/// Clustered vectors with the low intrinsic dimension of text embeddings: rows/50 centres in a 24-dimensional latent space, rows around them
/// at 0.5 of the centres' spread, mapped by a random matrix to the full dimension, plus 5 % isotropic noise. Written as .npy, f32.
/// </summary>
internal static class SyntheticVectors
{
    private const int Latent = 24;

    internal static void Write(string path, int rows, int dimension, int seed)
    {
        var random = new Random(seed);
        float[] map = Gaussian(random, Latent * dimension);
        int clusters = Math.Max(1, rows / 50);
        float[] centers = Gaussian(random, clusters * Latent);
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        string text = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {dimension}), }}").PadRight(117) + "\n";
        file.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. Encoding.Latin1.GetBytes(text)]);
        var row = new float[dimension];
        var bytes = new byte[dimension * sizeof(float)];
        for (int r = 0; r < rows; r++)
        {
            int center = random.Next(clusters) * Latent;
            Array.Clear(row);
            for (int l = 0; l < Latent; l++)
            {
                float z = centers[center + l] + 0.5f * Normal(random);
                for (int d = 0; d < dimension; d++)
                    row[d] += z * map[l * dimension + d];
            }
            for (int d = 0; d < dimension; d++)
                row[d] += 0.05f * 4.9f * Normal(random); // 4.9 = sqrt(Latent): the size of a mapped component
            Buffer.BlockCopy(row, 0, bytes, 0, bytes.Length);
            file.Write(bytes);
        }
    }

    private static float[] Gaussian(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = Normal(random);
        return values;
    }

    /// <summary>Sum of four uniforms, scaled to variance 1: fast and normal enough.</summary>
    private static float Normal(Random random) =>
        (random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2f) * 1.7320508f;
}
