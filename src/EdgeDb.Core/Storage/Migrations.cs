using System.Globalization;
using System.Reflection;

namespace EdgeDb.Core.Storage;

/// <summary>The migrations that the program carries: resources <c>NNNN_name.sql</c> of this assembly.</summary>
public static class Migrations
{
    private const string Prefix = "EdgeDb.Core.Storage.Migrations.";

    /// <summary>All of them, by version. Throws <see cref="InvalidOperationException"/> when a resource is misnamed or a number is missing or doubled.</summary>
    public static IReadOnlyList<Migration> Embedded()
    {
        var assembly = typeof(Migrations).Assembly;
        var migrations = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => Read(assembly, name))
            .OrderBy(migration => migration.Version)
            .ToArray();
        MigrationRunner.RequireSequence(migrations);
        return migrations;
    }

    private static Migration Read(Assembly assembly, string resource)
    {
        var name = Path.GetFileNameWithoutExtension(resource[Prefix.Length..]);
        var separator = name.IndexOf('_', StringComparison.Ordinal);
        if (separator != 4 || !int.TryParse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw new InvalidOperationException($"Migration resource '{resource}' is not named NNNN_name.sql.");

        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new Migration(version, name[5..], reader.ReadToEnd());
    }
}
