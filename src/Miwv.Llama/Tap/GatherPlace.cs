namespace Miwv.Llama.Tap;

/// <summary>On what devices a gather is put into the graph.</summary>
public enum GatherPlace
{
    Anywhere = 0,

    /// <summary>On any device but the host.</summary>
    NotOnHost = 1,

    /// <summary>On devices that are neither the host nor an NVIDIA card.</summary>
    NotOnHostNorCuda = 2,
}
