namespace Miwv.Retrieval;

/// <summary>How one vector component lies in the store file.</summary>
public enum StoreType
{
    /// <summary>32-bit IEEE float, 4 bytes a component.</summary>
    F32 = 0,

    /// <summary>16-bit IEEE float, 2 bytes a component; half the memory, components rounded to 11 bits.</summary>
    F16 = 1,
}
