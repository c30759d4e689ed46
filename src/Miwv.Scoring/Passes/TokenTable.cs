using System.IO.MemoryMappedFiles;

namespace Miwv.Scoring.Passes;

/// <summary>
/// Token ids of many texts (prompts, answers, separators), in a mapped scratch file: a million rows cost no managed memory but 8 bytes a text.
/// </summary>
public sealed unsafe class TokenTable : IDisposable
{
    private readonly long[] starts;
    private readonly string path;
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private readonly int* tokens;
    private bool disposed;

    internal TokenTable(string path, long[] starts)
    {
        this.path = path;
        this.starts = starts;
        if (starts[^1] == 0) return;
        file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* pointer = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        tokens = (int*)pointer;
    }

    public int Count => starts.Length - 1;

    /// <summary>Tokens of all texts.</summary>
    public long TotalTokens => starts[^1];

    public int Length(int text) => (int)(starts[text + 1] - starts[text]);

    public ReadOnlySpan<int> this[int text] => new(tokens + starts[text], Length(text));

    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        if (view is not null)
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
            view.Dispose();
            file!.Dispose();
        }
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a scratch file that stays fails nothing; the next run on its folder removes it
        }
    }
}
