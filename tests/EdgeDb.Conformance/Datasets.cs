using Xunit;

namespace EdgeDb.Conformance;

/// <summary>
/// The public test data, which is not part of the repository: the folder <c>EDGEDB_DATASETS</c> names, else <c>../shared/datasets</c>
/// beside the checkout. Missing data fails in CI and skips, with the reason, elsewhere.
/// </summary>
internal static class Datasets
{
    private const string Variable = "EDGEDB_DATASETS";

    /// <summary>The folder that holds one sub-folder a dataset.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable(Variable) ?? BesideCheckout();

    /// <summary>Full path of a dataset's file or folder; skips the running test (fails it in CI) when it is not there.</summary>
    public static string Require(string relativePath)
    {
        var path = Path.Combine(Root, relativePath);
        if (Path.Exists(path))
            return path;

        var reason = $"{path} is missing; set {Variable} to the folder of the public test data.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            throw new DirectoryNotFoundException(reason);
        Assert.Skip(reason);
        return path;
    }

    /// <summary>The files below a dataset's folder, in ordinal order so that failures read the same everywhere.</summary>
    public static IReadOnlyList<string> Files(string relativePath, string pattern)
    {
        var files = Directory.GetFiles(Require(relativePath), pattern, SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }

    private static string BesideCheckout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "EdgeDb.sln")))
            folder = folder.Parent;
        return Path.GetFullPath(Path.Combine(folder?.FullName ?? ".", "..", "shared", "datasets"));
    }
}
