using EdgeDb.Core.Tests.Storage;
using Xunit.Runner.InProc.SystemConsole;

namespace EdgeDb.Core.Tests;

internal static class Program
{
    /// <summary>Runs the tests, or, started by one of them, the process that it kills.</summary>
    public static Task<int> Main(string[] args) => args is [ChildProcess.Verb, var mode, var path]
        ? StorageChild.RunAsync(mode, path)
        : ConsoleRunner.Run(args);
}
