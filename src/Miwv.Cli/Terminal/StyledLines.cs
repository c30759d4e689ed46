using Spectre.Console;
using Spectre.Console.Rendering;

namespace Miwv.Cli.Terminal;

/// <summary>Lines as a Spectre renderable; they are as wide as they are, nothing wraps.</summary>
internal sealed class StyledLines(IReadOnlyList<StyledLine> lines, string lineEnd = "\n") : Renderable
{
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            foreach (var part in lines[i].Parts) yield return part;
            yield return i < lines.Count - 1 || lineEnd == "\n" ? Segment.LineBreak : Segment.Empty;
        }
    }
}
