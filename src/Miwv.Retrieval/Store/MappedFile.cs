using System.IO.MemoryMappedFiles;

namespace Miwv.Retrieval;

/// <summary>A whole file, read-only in memory while this object lives.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Maps an open, non-empty file and takes it over.</summary>
    internal MappedFile(FileStream file)
    {
        Length = file.Length;
        _map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start;
    }

    internal byte* Start { get; private set; }

    internal long Length { get; }

    public void Dispose()
    {
        if (Start == null)
            return;
        Start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }
}
