using EdgeDb.Hosting;
using EdgeDb.Options;

namespace EdgeDb.Commands;

/// <summary><c>edgedb serve</c>: runs until it is told to stop.</summary>
internal static class ServeCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var problems = new List<string>();
        var line = CommandLine.Parse(arguments, [.. SettingTable.Catalog.All.Select(CommandOption.Of)], positional: 0, problems);
        var values = SettingSources.Read(line.Options, Environment.GetEnvironmentVariables(), problems);
        var options = EdgeDbOptions.From(values, problems);
        await UpstreamHosts.CheckAsync(options, values, TimeProvider.System, problems);
        return problems.Count > 0 ? CommandTable.Refuse(problems) : await ServiceHost.RunAsync(values, options);
    }
}
