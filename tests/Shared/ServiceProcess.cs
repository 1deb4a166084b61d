using System.Diagnostics;
using System.Text;

namespace EdgeDb.Tests;

/// <summary>
/// The real service as a child process: the native binary that <c>EDGEDB_BINARY</c> names, else the build of this checkout.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const string ListeningPrefix = "EdgeDb is listening on ";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output;
    private readonly TaskCompletionSource<Uri> _listening;

    private ServiceProcess(Process process, StringBuilder output, TaskCompletionSource<Uri> listening, string dataFolder)
    {
        _process = process;
        _output = output;
        _listening = listening;
        DataFolder = dataFolder;
        Http = new HttpClient();
    }

    /// <summary>Where the program is, with the pages beside it.</summary>
    public static string Folder => Path.GetDirectoryName(Environment.GetEnvironmentVariable("EDGEDB_BINARY") is { Length: > 0 } binary ? Path.GetFullPath(binary) : BuiltAssembly())!;

    /// <summary>The data folder it was started with.</summary>
    public string DataFolder { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>A client with that base address.</summary>
    public HttpClient Http { get; }

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Everything it has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts <c>serve</c> on a free port and waits until it listens.</summary>
    /// <param name="dataFolder">Data folder; made when missing.</param>
    /// <param name="arguments">Further arguments of <c>serve</c>; a <c>--port</c> among them replaces the free one.</param>
    public static Task<ServiceProcess> StartAsync(string dataFolder, params string[] arguments) => StartAsync(dataFolder, [], arguments);

    /// <summary>The same with environment variables of its own.</summary>
    public static Task<ServiceProcess> StartAsync(string dataFolder, (string Name, string Value)[] environment, params string[] arguments) =>
        StartByAsync([], dataFolder, environment, arguments);

    /// <summary>The same, started by a command that becomes the service, such as <c>ip netns exec NAME</c>.</summary>
    public static async Task<ServiceProcess> StartByAsync(string[] launcher, string dataFolder, (string Name, string Value)[] environment, params string[] arguments)
    {
        string[] port = arguments.Contains("--port") ? [] : ["--port", "0"];
        var start = StartInfo(["serve", .. port, "--data", dataFolder, .. arguments]);
        if (launcher is [var command, .. var rest])
        {
            string[] launched = [.. rest, start.FileName, .. start.ArgumentList];
            start.FileName = command;
            start.ArgumentList.Clear();
            foreach (var argument in launched)
                start.ArgumentList.Add(argument);
        }
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => Collect(line.Data);
        process.ErrorDataReceived += (_, line) => Collect(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("The service ended before it listened: " + Text()));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var service = new ServiceProcess(process, output, listening, dataFolder);
        try
        {
            service.Address = await listening.Task.WaitAsync(StartLimit);
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
        service.Http.BaseAddress = service.Address;
        return service;

        void Collect(string? line)
        {
            if (line is null)
                return;
            lock (output)
                output.AppendLine(line);
            // It names the machine when it listens for the house; from here it is reached without asking for that name.
            if (line.StartsWith(ListeningPrefix, StringComparison.Ordinal) && new Uri(line[ListeningPrefix.Length..]) is var told)
                listening.TrySetResult(told.IsLoopback ? told : new UriBuilder(told) { Host = "127.0.0.1" }.Uri);
        }

        string Text()
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Runs a command of the executable to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        IReadOnlyList<string> arguments, string? input = null, params (string Name, string Value)[] environment)
    {
        var start = StartInfo(arguments);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.RedirectStandardInput = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().WaitAsync(StartLimit);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Ends it at once, as a power cut would end the process.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(StopLimit);
    }

    /// <summary>Asks it to stop (SIGTERM) and waits for its end.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The service was asked to stop and {(_process.HasExited ? "its output" : "it")} goes on: {Output}");
        }
        return _process.ExitCode;
    }

    /// <summary>Ends it; the data folder stays.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo StartInfo(IReadOnlyList<string> arguments)
    {
        var binary = Environment.GetEnvironmentVariable("EDGEDB_BINARY");
        var start = new ProcessStartInfo
        {
            FileName = string.IsNullOrEmpty(binary) ? "dotnet" : Path.GetFullPath(binary),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        if (string.IsNullOrEmpty(binary))
            start.ArgumentList.Add(BuiltAssembly());
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(static n => n.StartsWith("EDGEDB__", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        return start;
    }

    // bin/<test project>/<configuration>/ -> bin/EdgeDb/<configuration>/edgedb.dll
    private static string BuiltAssembly()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(own.Parent!.Parent!.FullName, "EdgeDb", own.Name, "edgedb.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"'{path}' is missing; build the solution, or name a binary in EDGEDB_BINARY.");
    }
}
