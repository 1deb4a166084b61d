namespace EdgeDb.Core.Calendars;

/// <summary>
/// <c>calendar expand</c> and <c>calendar rrule</c>: the engine from a command line, for people who want to see what a file or a rule
/// means and for comparisons with other programs. Results are JSON objects, one a line; nothing is printed but results.
/// </summary>
internal static class CalendarCommands
{
    /// <summary>Exit code of a bad call, file or rule.</summary>
    public const int BadInput = 2;

    private const string Usage =
        "expand FILE.ics --from ISO --to ISO --zone TZ | rrule \"RULE\" --dtstart VALUE [--zone TZ] [--limit N] [--from ISO] [--to ISO]; "
        + "or --stdin with one JSON request a line";

    /// <summary>Runs one of the two commands.</summary>
    /// <param name="arguments">What follows <c>calendar</c> on the command line.</param>
    /// <param name="input">Requests, for <c>--stdin</c>.</param>
    /// <param name="output">Receives the results as UTF-8.</param>
    /// <param name="errors">Receives one line when the exit code is not 0.</param>
    /// <returns>0, or <see cref="BadInput"/>.</returns>
    public static int Run(ReadOnlySpan<string> arguments, Stream input, Stream output, TextWriter errors)
    {
        var command = arguments.Length > 0 ? arguments[0] : "";
        if (command is not ("expand" or "rrule"))
            return Refuse(errors, "calendar", $"usage: edgedb calendar {Usage}");
        try
        {
            var isStdin = false;
            var request = new CalendarRequest(command);
            request.Read(arguments[1..], ref isStdin);
            var lines = new JsonLines(output);
            if (isStdin)
                return RunRequests(request, input, lines, errors);
            request.Run(lines);
            lines.Flush();
            return 0;
        }
        catch (CalendarRequestException exception)
        {
            return Refuse(errors, command, exception.Message);
        }
        catch (IOException exception)
        {
            return Refuse(errors, command, exception.Message);
        }
    }

    private static int RunRequests(CalendarRequest defaults, Stream input, JsonLines lines, TextWriter errors)
    {
        var reader = new RequestLineReader(input);
        int requests = 0, refused = 0;
        while (reader.TryRead(out var line))
        {
            requests++;
            var request = defaults.Copy();
            try
            {
                request.Read(line);
                request.Run(lines);
            }
            catch (CalendarRequestException exception)
            {
                refused++;
                lines.Error(request.Id, exception.Message);
            }

            // Whoever asks one thing at a time waits for this.
            lines.Flush();
        }

        return refused == 0 ? 0 : Refuse(errors, defaults.Command, $"{refused} of {requests} requests were refused; their lines say why");
    }

    private static int Refuse(TextWriter errors, string command, string message)
    {
        errors.WriteLine($"edgedb calendar {command}: {message.ReplaceLineEndings(" ")}");
        return BadInput;
    }
}
