using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Miwv.Retrieval;

/// <summary>
/// All pairs of vectors once, in cache-blocked tiles: a job is a pair of blocks (columns packed once a block column, rows in sub-blocks that
/// stay in L2); each finished tile is compared with the thresholds of its rows and of its columns while it is in L1, and then forgotten.
/// </summary>
internal sealed unsafe class SelfJoinTiles<TKernel>(EmbeddingStore store, DistinctVectors vectors, PairSink sink, int threads)
    where TKernel : struct, ITileKernel
{
    private const int ColumnBlockBytes = 4 << 20; // of the last-level cache, per thread
    private const int RowBlockBytes = 448 << 10;  // of L2

    private readonly int _blockVectors = BlockVectors(store.Dimension, vectors.Count, threads);
    private long _nextJob;
    private long _jobsDone;

    internal void Run(IProgress<double>? progress, ParallelOptions parallel)
    {
        long blocks = (vectors.Count + _blockVectors - 1) / _blockVectors;
        long jobs = blocks * (blocks + 1) / 2;
        Parallel.For(0, threads, parallel, _ => Work(jobs, progress, parallel.CancellationToken));
    }

    private static int BlockVectors(int dimension, int count, int threads)
    {
        int step = TKernel.TileRows * TKernel.TileColumns / 2; // both tile heights are even, both widths powers of two
        int fitting = ColumnBlockBytes / (dimension * sizeof(float));
        int balanced = count / (4 * threads) + 1;
        return Math.Max(1, Math.Min(fitting, balanced) / step) * step;
    }

    private void Work(long jobs, IProgress<double>? progress, CancellationToken cancellation)
    {
        int depth = store.Dimension;
        int rowStep = Math.Max(1, RowBlockBytes / (depth * sizeof(float) * TKernel.TileRows)) * TKernel.TileRows;
        using var packer = new PanelPacker(store, vectors.FirstRows);
        var columns = (float*)NativeMemory.AlignedAlloc((nuint)((long)_blockVectors * depth * sizeof(float)), 64);
        var rows = (float*)NativeMemory.AlignedAlloc((nuint)((long)rowStep * depth * sizeof(float)), 64);
        var tile = (float*)NativeMemory.AlignedAlloc((nuint)(TKernel.TileRows * TKernel.TileColumns * sizeof(float)), 64);
        try
        {
            int packedColumn = -1;
            for (long job; (job = Interlocked.Increment(ref _nextJob) - 1) < jobs;)
            {
                cancellation.ThrowIfCancellationRequested();
                (int rowBlock, int columnBlock) = BlocksOf(job);
                int firstColumn = columnBlock * _blockVectors, columnCount = Math.Min(_blockVectors, vectors.Count - firstColumn);
                if (columnBlock != packedColumn)
                    packer.Pack(firstColumn, columnCount, TKernel.TileColumns, columns);
                packedColumn = columnBlock;
                int endRow = Math.Min((rowBlock + 1) * _blockVectors, vectors.Count);
                for (int firstRow = rowBlock * _blockVectors; firstRow < endRow; firstRow += rowStep)
                {
                    int rowCount = Math.Min(rowStep, endRow - firstRow);
                    packer.Pack(firstRow, rowCount, TKernel.TileRows, rows);
                    Multiply(rows, firstRow, rowCount, columns, firstColumn, columnCount, tile);
                }
                progress?.Report(Interlocked.Increment(ref _jobsDone) / (double)jobs);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(columns);
            NativeMemory.AlignedFree(rows);
            NativeMemory.AlignedFree(tile);
        }
    }

    /// <summary>Jobs run column block by column block, (0,0) (0,1) (1,1) (0,2) ..., so a thread mostly keeps its packed columns.</summary>
    private static (int Row, int Column) BlocksOf(long job)
    {
        long column = (long)((Math.Sqrt(8.0 * job + 1) - 1) / 2);
        while (column * (column + 1) / 2 > job) column--;
        while ((column + 1) * (column + 2) / 2 <= job) column++;
        return ((int)(job - column * (column + 1) / 2), (int)column);
    }

    private void Multiply(float* rows, int firstRow, int rowCount, float* columns, int firstColumn, int columnCount, float* tile)
    {
        int depth = store.Dimension;
        fixed (float* thresholds = sink.Thresholds)
        {
            for (int column = 0; column < columnCount; column += TKernel.TileColumns)
            {
                for (int row = 0; row < rowCount; row += TKernel.TileRows)
                {
                    int tileRow = firstRow + row, tileColumn = firstColumn + column;
                    if (tileColumn + TKernel.TileColumns - 1 <= tileRow)
                        break; // this and the tiles below lie under the diagonal
                    TKernel.Multiply(rows + (long)row * depth, columns + (long)column * depth, depth, tile);
                    Scan(tile, thresholds, tileRow, tileColumn, Math.Min(firstRow + rowCount, tileRow + TKernel.TileRows));
                }
            }
        }
    }

    /// <summary>Looks through a tile for scores that some row or column still wants; nearly every row has none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(float* tile, float* thresholds, int tileRow, int tileColumn, int endRow)
    {
        float* columnThresholds = thresholds + tileColumn;
        for (int row = tileRow; row < endRow; row++, tile += TKernel.TileColumns)
        {
            bool wanted;
            if (Vector512.IsHardwareAccelerated && TKernel.TileColumns % Vector512<float>.Count == 0)
            {
                Vector512<float> rowThreshold = Vector512.Create(thresholds[row]);
                Vector512<float> wants = Vector512<float>.Zero;
                for (int c = 0; c < TKernel.TileColumns; c += Vector512<float>.Count)
                    wants |= Vector512.GreaterThanOrEqual(Vector512.Load(tile + c), Vector512.Min(rowThreshold, Vector512.Load(columnThresholds + c)));
                wanted = wants.AsInt32() != Vector512<int>.Zero;
            }
            else
            {
                Vector256<float> rowThreshold = Vector256.Create(thresholds[row]);
                Vector256<float> wants = Vector256<float>.Zero;
                for (int c = 0; c < TKernel.TileColumns; c += Vector256<float>.Count)
                    wants |= Vector256.GreaterThanOrEqual(Vector256.Load(tile + c), Vector256.Min(rowThreshold, Vector256.Load(columnThresholds + c)));
                wanted = wants.AsInt32() != Vector256<int>.Zero;
            }
            if (wanted)
                Offer(tile, thresholds, row, tileColumn);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Offer(float* scores, float* thresholds, int row, int tileColumn)
    {
        int columns = Math.Min(TKernel.TileColumns, vectors.Count - tileColumn);
        for (int c = Math.Max(0, row + 1 - tileColumn); c < columns; c++)
        {
            float score = scores[c];
            if (score >= thresholds[row])
                sink.Offer(row, tileColumn + c, score);
            if (score >= thresholds[tileColumn + c])
                sink.Offer(tileColumn + c, row, score);
        }
    }
}
