namespace Miwv.Data;

/// <summary>What a part of a template file stands for.</summary>
internal enum TemplateField
{
    Literal,
    Instruction,
    Input,
    System,
    History,
}
