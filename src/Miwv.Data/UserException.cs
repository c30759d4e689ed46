namespace Miwv.Data;

/// <summary>An error whose message is one complete line for the person at the terminal: file, place, what is wrong, what to do.</summary>
public class UserException(string message, Exception? inner = null) : Exception(message, inner);
