using Xunit;
using YamlDotNet.RepresentationModel;

namespace EdgeDb.Conformance.Recurrence;

/// <summary>Reads calendarbot's YAML specifications.</summary>
internal static class CalendarBotSpecs
{
    public static TheoryData<string> Names(string file)
    {
        var names = new TheoryData<string>();
        if (!File.Exists(Path.Combine(Datasets.Root, file)))
            names.Add("the data is missing");
        else
            foreach (var spec in Read(file))
                names.Add(Text(spec, "test_id")!);
        return names;
    }

    public static YamlMappingNode Find(string file, string testId) => Read(file).First(spec => Text(spec, "test_id") == testId);

    public static YamlNode? Node(YamlNode parent, string name) =>
        parent is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out var node) ? node : null;

    public static string? Text(YamlNode parent, string name) => (Node(parent, name) as YamlScalarNode)?.Value;

    private static IEnumerable<YamlMappingNode> Read(string file)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(Path.Combine(Datasets.Root, file));
        yaml.Load(reader);
        return ((YamlSequenceNode)Node(yaml.Documents[0].RootNode, "tests")!).Cast<YamlMappingNode>();
    }
}
