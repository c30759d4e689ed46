namespace Miwv.Llama.Tests.Cuda;

public sealed class CudaRuntimeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miwv-cuda-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void LooksWhereTheLoaderAndPyTorchLook()
    {
        string torch = Path.Combine(folder, "venv", "lib", "python3.12", "site-packages", "nvidia", "cu13", "lib");
        Directory.CreateDirectory(torch);
        var folders = CudaRuntime.Folders(name => name switch
        {
            "LD_LIBRARY_PATH" => "/first:/second",
            "CUDA_HOME" => "/toolkit",
            "VIRTUAL_ENV" => Path.Combine(folder, "venv"),
            _ => null,
        }).ToList();
        Assert.Contains(torch, folders);
        int first = folders.IndexOf("/first"), toolkit = folders.IndexOf("/toolkit/lib64");
        Assert.True(first >= 0 && first < folders.IndexOf("/second") && folders.IndexOf("/second") < toolkit && toolkit < folders.IndexOf(torch), string.Join(' ', folders));
    }

    [Fact]
    public void ComplainsOnlyOfACardThatCannotBeUsed()
    {
        (string File, string? Path)[] libraries = [("libcudart.so.13", "/x/libcudart.so.13"), ("libcublasLt.so.13", null), ("libcublas.so.13", null)];
        Assert.Null(new CudaRuntime(null, 0, libraries).Complaint);
        string complaint = new CudaRuntime("libcuda.so.1", 1, libraries).Complaint!;
        Assert.Contains("libcublasLt.so.13, libcublas.so.13 cannot be found", complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("libcudart", complaint, StringComparison.Ordinal);
        var complete = new CudaRuntime("libcuda.so.1", 1, [("libcudart.so.13", "libcudart.so.13")]);
        Assert.Null(complete.Complaint);
        Assert.True(complete.IsComplete);
        Assert.False((complete with { Cards = 0 }).IsComplete);
    }
}
