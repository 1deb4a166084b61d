using EdgeDb.Hosting;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary><c>edgedb serve</c>: runs until it is told to stop.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var problems = new List<string>();
        var line = CommandLine.Parse(arguments, OptionTable.All, positional: 0, problems);
        var options = OptionTable.Read(line.Options, Environment.GetEnvironmentVariables(), problems);
        await UpstreamHosts.CheckAsync(options, TimeProvider.System, problems);
        return problems.Count > 0 ? CommandTable.Refuse(problems) : await ServiceHost.RunAsync(options);
    }
}
