namespace Miwv.Retrieval;

/// <summary>The inner product of packed panels, one implementation per instruction set; all accumulate in f32, in order of depth.</summary>
internal unsafe interface ITileKernel
{
    /// <summary>Vectors of one row panel.</summary>
    static abstract int TileRows { get; }

    /// <summary>Vectors of one column panel.</summary>
    static abstract int TileColumns { get; }

    /// <summary>Whether this CPU has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>tile[r, c] = sum over depth of rows[k, r] * columns[k, c]; panels are depth-major, the tile is row-major.</summary>
    static abstract void Multiply(float* rows, float* columns, int depth, float* tile);
}
