using System.Reflection;

namespace EdgeDb;

internal static class ProgramVersion
{
    /// <summary>The version without build metadata, for example <c>0.1.0</c>.</summary>
    public static string Text { get; } =
        (typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];
}
