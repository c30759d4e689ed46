namespace Miwv.Cli.Terminal;

/// <summary>Where messages go: results to stdout, all else to stderr, one line each.</summary>
internal sealed class Messages(bool quiet, bool verbose)
{
    private readonly Lock gate = new();

    /// <summary>Set by what draws on the terminal, so that a message does not land in the middle of it.</summary>
    public Action? BeforeLine { get; set; }

    /// <summary>Takes the lines while the screen is full of something else.</summary>
    public Action<string>? Sink { get; set; }

    public bool Verbose => verbose;

    public void Info(string text)
    {
        if (!quiet) Write("", text);
    }

    public void Detail(string text)
    {
        if (verbose) Write("", text);
    }

    public void Warn(string text) => Write("warning: ", text);

    public void Error(string text) => Write("miwv: ", text);

    private void Write(string prefix, string text)
    {
        lock (gate)
        {
            string line = prefix + SafeText.OneLine(text);
            if (Sink is not null)
            {
                Sink(line);
                return;
            }
            BeforeLine?.Invoke();
            Console.Error.WriteLine(line);
        }
    }
}
