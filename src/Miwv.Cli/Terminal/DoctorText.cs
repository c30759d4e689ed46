using System.Globalization;
using System.Text.Json;
using Miwv.Engine;

namespace Miwv.Cli.Terminal;

/// <summary>A machine report on stdout.</summary>
internal static class DoctorText
{
    public static void Write(MachineReport report)
    {
        Line("system", report.System);
        Line("runtime", report.Runtime);
        Line("cpu", $"{report.Cores} cores, {string.Join(" ", report.CpuFeatures)}; {ProgressLine.Size(report.Memory)} of memory");
        Line("libllama", report.LlamaPath is null ? "not usable" : $"{report.LlamaVersion}, {report.LlamaPath} (struct layout proved)");
        foreach (var device in report.Devices)
            Line("  device", $"{device.Name}: {device.Description}{(device.TotalBytes > 0 ? $", {ProgressLine.Size(device.FreeBytes)} of {ProgressLine.Size(device.TotalBytes)} free" : "")}");
        Line("gather", report.GatherPath is null ? "not usable" : $"{report.GatherIsa}, {report.GatherPath}");
        Line("  cuda", report.CudaKernels is null ? "not usable" : $"kernels: {report.CudaKernels}; {report.CudaGatherObstacle ?? "usable"}");
        Line("driver", report.Cuda.Driver is null ? "no NVIDIA driver (libcuda.so.1 is not there)" : $"{report.Cuda.Driver}, {report.Cuda.Cards} card(s)");
        foreach (var card in report.Cards)
            Line("  card", $"{card.Name}, {ProgressLine.Size(card.TotalBytes)}, compute capability {card.ComputeCapability}, {card.Multiprocessors} multiprocessors; driver for CUDA {card.DriverCuda}");
        foreach (var (file, path) in report.Cuda.Libraries)
            Line("  library", $"{file}: {path ?? "not found"}");
        Line("would use", report.Use);
        if (report.ToDo.Count == 0) Line("to do", "nothing");
        foreach (string step in report.ToDo) Line("to do", step);
    }

    public static void WriteJson(MachineReport report)
    {
        using var stdout = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(stdout, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("system", report.System);
            json.WriteString("runtime", report.Runtime);
            json.WriteNumber("cores", report.Cores);
            json.WriteNumber("memory_bytes", report.Memory);
            Strings(json, "cpu_features", report.CpuFeatures);
            json.WriteStartObject("llama");
            json.WriteString("path", report.LlamaPath);
            json.WriteString("version", report.LlamaVersion);
            json.WriteStartArray("devices");
            foreach (var device in report.Devices)
            {
                json.WriteStartObject();
                json.WriteString("name", device.Name);
                json.WriteString("description", device.Description);
                json.WriteBoolean("gpu", device.IsGpu);
                json.WriteNumber("free_bytes", device.FreeBytes);
                json.WriteNumber("total_bytes", device.TotalBytes);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject("gather");
            json.WriteString("path", report.GatherPath);
            json.WriteString("isa", report.GatherIsa);
            json.WriteString("cuda_kernels", report.CudaKernels);
            json.WriteBoolean("cuda_usable", report.CudaKernels is not null && report.CudaGatherObstacle is null);
            json.WriteString("cuda_obstacle", report.CudaGatherObstacle);
            json.WriteEndObject();
            json.WriteStartObject("cuda");
            json.WriteString("driver", report.Cuda.Driver);
            json.WriteNumber("cards_seen", report.Cuda.Cards);
            json.WriteStartArray("cards");
            foreach (var card in report.Cards)
            {
                json.WriteStartObject();
                json.WriteString("name", card.Name);
                json.WriteNumber("total_bytes", card.TotalBytes);
                json.WriteString("compute_capability", card.ComputeCapability);
                json.WriteNumber("multiprocessors", card.Multiprocessors);
                json.WriteString("driver_cuda", card.DriverCuda);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("libraries");
            foreach (var (file, path) in report.Cuda.Libraries) json.WriteString(file, path);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteString("would_use", report.Use);
            Strings(json, "to_do", report.ToDo);
            json.WriteBoolean("can_score", report.CanScore);
            json.WriteEndObject();
        }
        stdout.WriteByte((byte)'\n');
    }

    private static void Line(string name, string text) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-10} {SafeText.OneLine(text)}"));

    private static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
