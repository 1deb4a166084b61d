using System.Globalization;

namespace EdgeDb.Options;

/// <summary>One option: the single place for its name, default, unit, range and words.</summary>
/// <param name="Name">Kebab case: <c>--name</c> on the command line, <c>EDGEDB__NAME</c> (underscores) in the environment.</param>
/// <param name="Placeholder">What follows it on the command line; empty for a switch.</param>
/// <param name="Default">Default value as text; empty for none.</param>
/// <param name="Unit">Unit, or empty.</param>
/// <param name="Range">Range in words.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Repeatable">May be given several times.</param>
internal sealed record OptionDefinition(
    string Name, string Placeholder, string Default, string Unit, string Range, string Description, bool Repeatable = false)
{
    public bool IsSwitch => Placeholder.Length == 0;

    public string EnvironmentName => "EDGEDB__" + Name.Replace('-', '_').ToUpperInvariant();

    /// <summary>Reads a whole number within bounds; adds to <paramref name="problems"/> otherwise.</summary>
    public int Integer(string text, int least, int most, List<string> problems)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        problems.Add($"--{Name}: '{text}' is not a whole number from {least} to {most}.");
        return least;
    }
}
