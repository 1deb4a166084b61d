using EdgeDb.Core.Settings;

namespace EdgeDb.Commands;

/// <summary>Arguments taken apart: positional ones and options by name.</summary>
internal sealed class CommandLine
{
    public List<string> Positional { get; } = [];

    public Dictionary<string, List<string>> Options { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes <paramref name="arguments"/> apart. Returns null after adding to <paramref name="problems"/>.</summary>
    /// <param name="arguments">Arguments after the command's name; <c>--name value</c> and <c>--name=value</c> are the same.</param>
    /// <param name="known">Options the command knows.</param>
    /// <param name="positional">Most positional arguments.</param>
    /// <param name="problems">One sentence a problem.</param>
    public static CommandLine Parse(IReadOnlyList<string> arguments, IReadOnlyList<CommandOption> known, int positional, List<string> problems)
    {
        var line = new CommandLine();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                if (line.Positional.Count == positional)
                    problems.Add(argument.Contains("://", StringComparison.Ordinal) ? "An address is one argument too many." : $"'{argument}' is one argument too many."); // It may hold a password.
                else
                    line.Positional.Add(argument);
                continue;
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument[2..] : argument[2..equals];
            if (known.FirstOrDefault(o => o.Name == name) is not { } option)
            {
                problems.Add($"There is no option --{name}. {(Suggestion.Nearest(name, known.Select(static o => o.Name)) is { } nearest ? $"Did you mean --{nearest}?" : "")}".TrimEnd());
                continue;
            }
            string value;
            if (equals >= 0 && !option.IsSwitch)
                value = argument[(equals + 1)..];
            else if (equals >= 0)
            {
                problems.Add($"--{name} takes no value.");
                continue;
            }
            else if (option.IsSwitch)
                value = "true";
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
                value = arguments[++i];
            else
            {
                problems.Add($"--{name} needs a value: --{name} {option.Placeholder}.");
                continue;
            }

            if (!line.Options.TryGetValue(name, out var values))
                line.Options.Add(name, values = []);
            else if (!option.IsRepeatable)
                problems.Add($"--{name} is given twice.");
            values.Add(value);
        }
        return line;
    }

    /// <summary>The value of an option, or null.</summary>
    public string? Value(string name) => Options.TryGetValue(name, out var values) ? values[^1] : null;
}
