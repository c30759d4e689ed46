using Miwv.Data;
using Miwv.Llama;
using Miwv.Llama.Tap;

namespace Miwv.Engine;

/// <summary>What the library refuses in the middle of its work, as one line for the user.</summary>
internal static class LibraryFailure
{
    public static bool Is(Exception e) => e is DecodeException or TapException;

    /// <param name="what">What could not be done, and for which model.</param>
    /// <param name="advice">What to do about it.</param>
    /// <exception cref="UserException">The library failed.</exception>
    public static T Tell<T>(string what, string advice, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (Is(e))
        {
            throw new UserException($"{what}: {e.Message}; {advice}", e);
        }
    }
}
